import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { buildWindow } from '../e2e/build.ts';
import { runAssay, startAssay, temporaryFolder } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

beforeAll(() => buildWindow());

it('serves the metrics of the window beside it, to scrapes only', async () => {
  const home = temporaryFolder();
  const recording = join(home, 'payments.csv');
  const casePath = join(home, 'payments.assay');
  writeSmallRecording(recording, { rows: 500 });
  expect((await runAssay(['run', recording, '--case', casePath, '--trees', '20', '--no-windows'], home)).code).toBe(0);

  const { child, ended } = startAssay(['serve', '--case', casePath, '--metrics', '0'], home);
  let notes = '';
  child.stderr?.on('data', (text: string) => (notes += text));
  await vi.waitFor(() => expect(notes).toMatch(/Metrics: http/), { timeout: 120_000, interval: 50 });
  const address = /Metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(notes)?.[1] ?? '';
  const response = await fetch(address);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toContain('\niforest_streams_running 0\n');
  // What the window may do is not to be had here.
  expect((await fetch(new URL('/', address))).status).toBe(404);
  expect((await fetch(address, { method: 'POST' })).status).toBe(404);
  child.kill('SIGTERM');
  await ended;
});

it('refuses to serve metrics of a window where scores are served, which have their own', async () => {
  const outcome = await runAssay(['serve', '--score', '--metrics', '0'], temporaryFolder());
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain('/metrics');
});
