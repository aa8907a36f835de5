import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { writeSmallRecording } from '../../../test/command-line/small-recording.ts';
import { MlflowDouble } from '../../../test/services/mlflow-double.ts';
import { createCommandLineEngine } from '../../host/command-line-engine.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';

const context = { signal: new AbortController().signal, report: () => undefined };
const engine = createCommandLineEngine();
const folder = mkdtempSync(join(tmpdir(), 'assay-push-'));
const prepared = join(folder, 'prepared.assay');
let cases = 0;

beforeAll(async () => {
  const recording = join(folder, 'payments.csv');
  writeSmallRecording(recording, { rows: 500 });
  const made = await engine.runJob(
    'run',
    { recordings: [recording], casePath: prepared, forest: { trees: 10 }, windows: false },
    context,
  );
  if (!made.ok) throw new Error(made.error.message);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function freshCase(): string {
  const path = join(folder, `case-${++cases}.assay`);
  copyFileSync(prepared, path);
  return path;
}

async function startedDouble(): Promise<MlflowDouble> {
  const double = new MlflowDouble();
  await double.start();
  onTestFinished(() => double.stop());
  return double;
}

/** A server that lets nobody in. */
async function startRefuser(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(403).end('no entry')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return `http://127.0.0.1:${address.port}`;
}

it('a password in the address of the server is refused before the case could keep it', async () => {
  const casePath = freshCase();
  const trackingUri = 'http://ada:hunter2@127.0.0.1:9';
  const answer = await engine.runJob('exportMlflow', { casePath, trackingUri, repetitions: 0 }, context);
  expect(answer).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
  expect(readFileSync(casePath).includes('hunter2')).toBe(false);
  for (const job of ['exportKubeflow', 'exportService'] as const) {
    const output = join(folder, job);
    const more = { image: 'assay', recordings: '/data/a.csv', registeredModel: 'cards', modelUri: 'models:/cards/1' };
    const exported = await engine.runJob(job, { casePath, output, trackingUri, ...more }, context);
    expect(exported).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
    expect(JSON.stringify(exported)).not.toContain('hunter2');
  }
});

it('an export that its server refuses does not keep back those behind it', async () => {
  const casePath = freshCase();
  const refused = await engine.runJob(
    'exportMlflow',
    { casePath, trackingUri: await startRefuser(), repetitions: 0 },
    context,
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  const double = await startedDouble();
  await double.stop();
  const waiting = await engine.runJob(
    'exportMlflow',
    { casePath, trackingUri: double.address, repetitions: 0 },
    context,
  );
  expect(waiting).toMatchObject({ ok: true, data: { state: 'waiting' } });

  await double.start();
  const pushed = await engine.runJob('push', { casePath, repetitions: 0 }, context);
  expect(pushed).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  const openedCase = openCaseReadOnly(casePath);
  const entries = openedCase.outbox.entries();
  expect(entries.map(({ state }) => state)).toEqual(['waiting', 'sent']);
  openedCase.close();

  const [{ publishId }] = entries;
  await engine.runJob('push', { casePath, publishId, cancel: true }, context);
  await engine.runJob('exportMlflow', { casePath, trackingUri: double.address, repetitions: 0 }, context);
  const history = await engine.runJob('audit', { casePath }, context);
  const told = history.ok
    ? history.data.entries.map(({ what }) => what).filter((what) => what.startsWith('export'))
    : [];
  // What is in the outbox already is not put there again, but goes out again.
  expect(told).toEqual([
    'export put into the outbox',
    'export put into the outbox',
    'export sent',
    'export taken back',
    'export sent',
  ]);
});

it('a folder that was pushed without a name to register is registered when it is pushed with one', async () => {
  const output = join(folder, 'carried');
  await engine.runJob('exportMlflow', { casePath: freshCase(), output }, context);
  const double = await startedDouble();
  const push = { folder: output, trackingUri: double.address, repetitions: 0 };
  const first = await engine.runJob('push', push, context);
  expect(first).toMatchObject({ ok: true, data: { entries: [{ published: { version: null } }] } });
  const named = { ...push, register: 'cards', alias: 'champion' };
  const registered = { ok: true, data: { entries: [{ published: { version: '1', aliasMoved: true } }] } };
  expect(await engine.runJob('push', named, context)).toMatchObject(registered);
  expect(await engine.runJob('push', named, context)).toMatchObject(registered);
  expect(double.runs).toHaveLength(1);
  expect(double.versions).toHaveLength(1);
});
