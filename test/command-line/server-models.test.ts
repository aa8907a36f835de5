import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runAssayHere } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

/* What a tracking server has beside a case, by a server that gives one entry a page; the real one is asked in test/services/mlflow. */

const home = mkdtempSync(join(tmpdir(), 'assay-server-models-'));
const casePath = join(home, 'small.assay');
const asked: string[] = [];
let digest = '';
let server: Server;
let address = '';

const versions = (): readonly object[] => [
  { name: 'cards', version: '1', run_id: 'r1', tags: noted(digest), creation_timestamp: '10' },
  { name: 'cards', version: '2', run_id: '', tags: [], creation_timestamp: 20 },
  { name: 'cards', version: '3', run_id: 'r3', tags: noted(digest), creation_timestamp: 30 },
  { name: 'an\u001b[31mother', version: '1', run_id: 'r2', tags: noted('a'.repeat(64)), creation_timestamp: 5 },
];

function noted(value: string): readonly object[] {
  return [{ key: 'assay.model_digest', value }];
}

/** The entries of an endpoint, by the name of their list. */
function listOf(path: string): readonly [string, readonly object[]] {
  if (path.endsWith('registered-models/search'))
    return ['registered_models', [{ name: 'cards', aliases: [{ alias: 'champion', version: 2 }] }, { name: 'other' }]];
  if (path.endsWith('model-versions/search')) return ['model_versions', versions()];
  if (path.endsWith('experiments/search')) return ['experiments', [{ experiment_id: 0, name: 'Default' }]];
  const info = { run_id: 'r1', run_name: 'trained', experiment_id: '0', status: 'FINISHED', start_time: 7 };
  return ['runs', [{ info, data: { tags: noted(digest) } }, { info: { ...info, run_id: 'r2', run_name: 'by hand' } }]];
}

beforeAll(async () => {
  const recording = join(home, 'small.csv');
  writeSmallRecording(recording, { rows: 200 });
  const ran = await runAssayHere(
    ['run', recording, '--case', casePath, '--trees', '5', '--no-windows', '--json'],
    home,
  );
  ({ digest } = (JSON.parse(ran.stdout) as { model: { digest: string } }).model);
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server');
    asked.push(`${request.method} ${url.pathname}`);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const [name, entries] = listOf(url.pathname);
      const token = url.searchParams.get('page_token') ?? (body === '' ? null : pageOf(body));
      const at = Number(token ?? '0');
      const next = at + 1 < entries.length ? { next_page_token: String(at + 1) } : {};
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ [name]: entries.slice(at, at + 1), ...next }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

function pageOf(body: string): string | null {
  return (JSON.parse(body) as { page_token?: string }).page_token ?? null;
}

const list = ['model', 'list', '--case', casePath];

it('lists every page of what a server has, says whose it is, and where server and case differ', async () => {
  const { stdout } = await runAssayHere([...list, '--tracking-uri', address, '--json'], home);
  const listed = JSON.parse(stdout) as { readonly versions: readonly { readonly name: string }[] };
  expect(listed.versions.map(({ name }) => name)).toEqual(['an\u001b[31mother', 'cards', 'cards', 'cards']);
  expect(listed).toMatchObject({
    versions: [
      { madeBy: 'another-case', modelId: null },
      { version: '3', madeBy: 'this-case', modelId: 1 },
      { version: '2', madeBy: 'another-program', aliases: ['champion'], runId: null, createdAtMs: 20 },
      { version: '1', madeBy: 'this-case', runId: 'r1', createdAtMs: 10 },
    ],
    runs: [
      { id: 'r1', experiment: 'Default', madeBy: 'this-case', modelId: 1 },
      { id: 'r2', name: 'by hand', madeBy: 'another-program' },
    ],
    conflicts: [
      `At the server, champion of cards is version 2, made by another program; the champion of this case is model 1 (forest ${digest.slice(0, 8)}). Leave it so, or publish the latter under that alias.`,
      `Versions 3 and 1 of cards are the same model ${digest.slice(0, 12)}.`,
    ],
    notices: [],
  });
});

it('prints names of others as plain text, and asks for nothing but lists', async () => {
  asked.length = 0;
  const { code, stdout } = await runAssayHere([...list, '--tracking-uri', address], home);
  expect(code).toBe(0);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('this case, model 1');
  expect(asked.every((call) => call.endsWith('/search'))).toBe(true);
});

it('asks no server unless one is named', async () => {
  asked.length = 0;
  const { code, stderr } = await runAssayHere(list, home);
  expect({ code, asked }).toEqual({ code: 2, asked: [] });
  expect(stderr).toContain('No tracking server was named');
});
