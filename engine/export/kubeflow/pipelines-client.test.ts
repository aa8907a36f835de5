import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { uploadPipeline, type Uploaded, type UploadRequest } from './pipelines-client.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly body: string;
}

type Answer = readonly [status: number, body: unknown];

/** Pipelines, versions, runs and schedules as the v2beta1 interface keeps them. */
class PipelinesDouble {
  readonly asked: Asked[] = [];
  readonly pipelines = new Map<string, { readonly name: string; readonly versions: string[] }>();
  readonly schedules = new Map<string, string>();
  readonly runs: unknown[] = [];
  refusal: Answer | null = null;
  #made = 0;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        const [status, content] = this.#answer(request, body);
        response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return `http://127.0.0.1:${address.port}/pipeline`;
  }

  #answer(request: IncomingMessage, body: string): Answer {
    const url = new URL(request.url ?? '', 'http://double');
    const method = request.method ?? '';
    const query = Object.fromEntries(url.searchParams);
    this.asked.push({ method, path: url.pathname, query, authorization: request.headers.authorization, body });
    if (this.refusal !== null) return this.refusal;
    const path = url.pathname.replace('/pipeline/apis/v2beta1/', '');
    const id = (kind: string): string => `${kind}-${++this.#made}`;
    const [, named] = /^pipelines\/names\/(.+)$/.exec(path) ?? [];
    if (named !== undefined) {
      const found = [...this.pipelines].find(([, { name }]) => name === decodeURIComponent(named));
      return found === undefined
        ? [404, { error: 'not found', code: 5, message: `No pipeline ${named}` }]
        : [200, { pipeline_id: found[0] }];
    }
    if (path === 'pipelines/upload') {
      if (!body.includes('name="uploadfile"')) return [400, { message: 'uploadfile is missing' }];
      const pipelineId = id('pipeline');
      this.pipelines.set(pipelineId, { name: query['name'], versions: [id('version')] });
      return [200, { pipeline_id: pipelineId, display_name: query['display_name'] }];
    }
    if (path === 'pipelines/upload_version') {
      const pipeline = this.pipelines.get(query['pipelineid']);
      if (pipeline === undefined || !body.includes('name="uploadfile"')) return [400, { message: 'no such pipeline' }];
      const version = id('version');
      pipeline.versions.push(version);
      return [200, { pipeline_id: query['pipelineid'], pipeline_version_id: version, name: query['name'] }];
    }
    const [, listed] = /^pipelines\/([^/]+)\/versions$/.exec(path) ?? [];
    if (listed !== undefined)
      return [200, { pipeline_versions: [{ pipeline_version_id: this.pipelines.get(listed)?.versions.at(-1) }] }];
    if (path === 'runs') {
      this.runs.push(JSON.parse(body));
      return [200, { run_id: id('run'), state: 'PENDING' }];
    }
    if (path === 'recurringruns' && method === 'GET')
      return [
        200,
        { recurringRuns: [...this.schedules].map(([key, name]) => ({ recurring_run_id: key, display_name: name })) },
      ];
    if (path === 'recurringruns') {
      const recurringRunId = id('schedule');
      this.schedules.set(recurringRunId, (JSON.parse(body) as { display_name: string }).display_name);
      return [200, { recurring_run_id: recurringRunId, status: 'ENABLED' }];
    }
    const [, removed] = /^recurringruns\/(.+)$/.exec(path) ?? [];
    return removed !== undefined && method === 'DELETE' && this.schedules.delete(removed)
      ? [200, {}]
      : [404, { message: `Nothing at ${path}` }];
  }
}

const request: UploadRequest = {
  name: 'retrain',
  namespace: 'fraud',
  pipeline: 'pipelineInfo: {name: retrain}\n',
  schedule: '0 3 * * *',
  start: true,
};

function upload(address: string, more: Partial<UploadRequest> = {}, token: string | null = null): Promise<Uploaded> {
  return uploadPipeline({ address, token, signal: new AbortController().signal }, { ...request, ...more });
}

describe('a Kubeflow Pipelines server', () => {
  it('gets the pipeline as a file, one run and one schedule, by the token it was given', async () => {
    const double = new PipelinesDouble();
    const uploaded = await upload(await double.start(), {}, 'secret');
    expect(uploaded).toEqual({
      pipelineId: 'pipeline-1',
      versionId: 'version-2',
      isNewVersion: false,
      runId: 'run-3',
      recurringRunId: 'schedule-4',
    });
    expect(new Set(double.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret']));
    const sent = double.asked.find(({ path }) => path.endsWith('/pipelines/upload'));
    expect(sent?.query).toMatchObject({ name: 'retrain', namespace: 'fraud' });
    expect(sent?.body).toContain('pipelineInfo: {name: retrain}');
    const made = double.asked.find(({ path, method }) => path.endsWith('/recurringruns') && method === 'POST');
    expect(JSON.parse(made?.body ?? '')).toMatchObject({
      pipeline_version_reference: { pipeline_id: 'pipeline-1', pipeline_version_id: 'version-2' },
      max_concurrency: '1',
      mode: 'ENABLE',
      no_catchup: true,
      trigger: { cron_schedule: { cron: '0 0 3 * * *' } },
    });
  });

  it('gets a new version the second time, and still has one schedule, of that version', async () => {
    const double = new PipelinesDouble();
    const address = await double.start();
    double.schedules.set('of-another', 'other pipeline');
    const first = await upload(address);
    const second = await upload(address, { start: false });
    expect(second).toMatchObject({ pipelineId: first.pipelineId, isNewVersion: true, runId: null });
    expect(second.versionId).not.toBe(first.versionId);
    expect([...double.schedules.keys()]).toEqual(['of-another', second.recurringRunId]);
    expect(double.pipelines.size).toBe(1);
    expect(double.runs).toHaveLength(1);
  });

  it.each<[string, Answer, string, string]>([
    [
      'its own JSON',
      [400, { error: 'Invalid', code: 3, message: 'The pipeline spec is invalid.' }],
      'WRONG_USE',
      'The pipeline spec is invalid.',
    ],
    ['a page of a proxy', [403, '<html><h1>Forbidden</h1></html>'], 'FORBIDDEN', 'Forbidden'],
    ['a way to a login', [302, ''], 'FORBIDDEN', 'no reason was given'],
    ['a fault of its own', [503, 'upstream connect error'], 'SERVER_UNAVAILABLE', 'upstream connect error'],
    ['pages instead of answers', [200, '<html>Kubeflow</html>'], 'MODEL_MISMATCH', 'as Kubeflow Pipelines does not'],
  ])('is quoted where it refuses by %s', async (_, refusal, code, words) => {
    const double = new PipelinesDouble();
    double.refusal = refusal;
    await expect(upload(await double.start())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as string,
    });
  });

  it('is named where nothing listens, and where the address is none', async () => {
    await expect(upload('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    await expect(upload('ml-pipeline:8888')).rejects.toMatchObject({ code: 'WRONG_USE', kind: 'usage' });
  });

  it('is not asked where its address holds a password, which is not repeated', async () => {
    await expect(upload('http://ada:hunter2@127.0.0.1:1')).rejects.toMatchObject({
      code: 'WRONG_USE',
      message: expect.not.stringContaining('hunter2') as string,
    });
  });
});
