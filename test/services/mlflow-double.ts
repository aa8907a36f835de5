import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readBody } from './read-body.ts';

/** A tracking server of the 2.x line as far as one export goes; it can be away, and come back at the same address. */
export class MlflowDouble {
  readonly runs: { readonly runId: string; readonly publishId: string }[] = [];
  readonly versions: { readonly version: string; readonly name: string; readonly publishId: string }[] = [];
  readonly files = new Map<string, Buffer>();
  #server: Server | null = null;
  #port = 0;
  #finished = false;
  #isAnnounced = false;
  #alias: string | null = null;

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
    } else {
      const content = (body.length === 0 ? {} : JSON.parse(body.toString())) as Record<string, unknown>;
      const [status, answer] = this.#call(url.pathname.replace('/api/2.0/mlflow/', ''), content);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    }
  }

  #call(path: string, content: Readonly<Record<string, unknown>>): readonly [number, unknown] {
    const info = (runId: string): object => ({
      info: {
        run_id: runId,
        artifact_uri: `mlflow-artifacts:/1/${runId}/artifacts`,
        status: this.#finished ? 'FINISHED' : 'RUNNING',
      },
    });
    const publishId = (tags: unknown): string =>
      (tags as readonly { key: string; value: string }[]).find(({ key }) => key === 'assay.publish_id')?.value ?? '';
    switch (path) {
      case 'experiments/get-by-name':
        return [200, { experiment: { experiment_id: '1', lifecycle_stage: 'active' } }];
      case 'runs/search':
        return [
          200,
          {
            runs: this.runs
              .filter((run) => String(content['filter']).includes(run.publishId))
              .map(({ runId }) => info(runId)),
          },
        ];
      case 'runs/create': {
        const runId = `run${this.runs.length + 1}`;
        this.runs.push({ runId, publishId: publishId(content['tags']) });
        return [200, { run: info(runId) }];
      }
      case 'runs/get':
        return [200, { run: { data: { tags: this.#isAnnounced ? [{ key: 'mlflow.log-model.history' }] : [] } } }];
      case 'runs/log-model':
        this.#isAnnounced = true;
        return [200, {}];
      case 'runs/update':
        this.#finished = true;
        return [200, {}];
      case 'model-versions/search':
        return [
          200,
          {
            model_versions: this.versions.map(({ version, name, publishId: value }) => ({
              version,
              name,
              tags: [{ key: 'assay.publish_id', value }],
            })),
          },
        ];
      case 'model-versions/create': {
        const version = String(this.versions.length + 1);
        this.versions.push({ version, name: String(content['name']), publishId: publishId(content['tags']) });
        return [200, { model_version: { version } }];
      }
      case 'registered-models/alias':
        if (content['version'] !== undefined) this.#alias = String(content['version']);
        return this.#alias === null
          ? [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'There is no such alias.' }]
          : [200, { model_version: { version: this.#alias, run_id: 'run1' } }];
      default:
        return [200, {}];
    }
  }
}
