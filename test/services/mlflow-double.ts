import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readBody } from './read-body.ts';

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A tracking server of the 2.x line as far as one export, lists and a download go; it can be away, and come back at the same address. */
export class MlflowDouble {
  readonly runs: { readonly runId: string; readonly name: string; readonly tags: readonly Tag[] }[] = [];
  readonly versions: {
    readonly version: string;
    readonly name: string;
    readonly source: string;
    readonly run_id: string;
    readonly tags: readonly Tag[];
  }[] = [];
  readonly files = new Map<string, Buffer>();
  #server: Server | null = null;
  #port = 0;
  #finished = false;
  #isAnnounced = false;
  #alias: { readonly name: string; readonly version: string } | null = null;

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The double listens on no port.');
    this.#port = address.port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? '', 'http://double');
    const [, artifact] = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(url.pathname) ?? [];
    if (url.pathname === '/version') response.end('2.22.0');
    else if (artifact !== undefined && request.method === 'PUT') {
      this.files.set(artifact, body);
      response.end('{}');
    } else if (artifact !== undefined) {
      const kept = this.files.get(artifact);
      response.writeHead(kept === undefined ? 404 : 200).end(kept);
    } else if (url.pathname.endsWith('/mlflow-artifacts/artifacts')) {
      const folder = `${url.searchParams.get('path')}/`;
      const below = [...this.files.keys()].filter((path) => path.startsWith(folder));
      response.end(JSON.stringify({ files: below.map((path) => ({ path: path.slice(folder.length).split('/')[0] })) }));
    } else {
      const content = (body.length === 0 ? {} : JSON.parse(body.toString())) as Record<string, unknown>;
      const [status, answer] = this.#call(url.pathname.replace('/api/2.0/mlflow/', ''), {
        ...Object.fromEntries(url.searchParams),
        ...content,
      });
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    }
  }

  #call(path: string, content: Readonly<Record<string, unknown>>): readonly [number, unknown] {
    const tags = (content['tags'] ?? []) as readonly Tag[];
    const filter = String(content['filter'] ?? '');
    const told = ({ runId, name, tags: noted }: MlflowDouble['runs'][number]): object => ({
      info: {
        run_id: runId,
        run_name: name,
        experiment_id: '1',
        artifact_uri: `mlflow-artifacts:/1/${runId}/artifacts`,
        status: this.#finished ? 'FINISHED' : 'RUNNING',
        start_time: 1_770_000_000_000,
      },
      data: { tags: [...noted, ...(this.#isAnnounced ? [{ key: 'mlflow.log-model.history', value: '' }] : [])] },
    });
    const version = this.versions.find((each) => each.name === content['name'] && each.version === content['version']);
    switch (path) {
      case 'experiments/get-by-name':
        return [200, { experiment: { experiment_id: '1', lifecycle_stage: 'active' } }];
      case 'experiments/search':
        return [200, { experiments: [{ experiment_id: '1', name: 'cards' }] }];
      case 'runs/search':
        return [200, { runs: this.runs.filter((run) => isSearched(filter, run.tags)).map(told) }];
      case 'runs/create': {
        const run = { runId: `run${this.runs.length + 1}`, name: String(content['run_name']), tags };
        this.runs.push(run);
        return [200, { run: told(run) }];
      }
      case 'runs/get': {
        const run = this.runs.find(({ runId }) => runId === content['run_id']);
        return run === undefined ? notThere : [200, { run: told(run) }];
      }
      case 'runs/log-model':
        this.#isAnnounced = true;
        return [200, {}];
      case 'runs/update':
        this.#finished = true;
        return [200, {}];
      case 'registered-models/search': {
        const names = [...new Set(this.versions.map(({ name }) => name))];
        const alias = this.#alias;
        const aliases = alias === null ? [] : [{ alias: 'champion', version: alias.version }];
        return [
          200,
          { registered_models: names.map((name) => ({ name, aliases: name === alias?.name ? aliases : [] })) },
        ];
      }
      case 'model-versions/search':
        return [
          200,
          { model_versions: this.versions.map((each) => ({ ...each, creation_timestamp: 1_770_000_000_000 })) },
        ];
      case 'model-versions/create': {
        const name = String(content['name']);
        const number = String(this.versions.filter((each) => each.name === name).length + 1);
        const run = String(content['run_id'] ?? '');
        this.versions.push({ version: number, name, source: String(content['source']), run_id: run, tags });
        return [200, { model_version: { version: number } }];
      }
      case 'model-versions/get':
        return version === undefined ? notThere : [200, { model_version: version }];
      case 'model-versions/get-download-uri':
        return version === undefined ? notThere : [200, { artifact_uri: version.source }];
      case 'registered-models/alias': {
        if (content['version'] !== undefined)
          this.#alias = { name: String(content['name']), version: String(content['version']) };
        const alias = this.#alias;
        const holder = this.versions.find((each) => each.name === alias?.name && each.version === alias.version);
        return holder === undefined ? notThere : [200, { model_version: holder }];
      }
      default:
        return [200, {}];
    }
  }
}

const notThere = [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'There is no such thing.' }] as const;

/** Whether a search for a tag's value finds it; one without a filter finds all. */
function isSearched(filter: string, tags: readonly Tag[]): boolean {
  const [, value] = /= '([^']*)'$/u.exec(filter) ?? [];
  return value === undefined || tags.some((tag) => tag.value === value);
}
