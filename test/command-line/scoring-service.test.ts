import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runAssay, startAssay, temporaryFolder } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

it('serves the scores of a model until it is told to stop, which is its ordinary end', async () => {
  const home = temporaryFolder();
  const recording = join(home, 'payments.csv');
  const casePath = join(home, 'payments.assay');
  writeSmallRecording(recording, { rows: 500 });
  expect((await runAssay(['run', recording, '--case', casePath, '--trees', '20', '--no-windows'], home)).code).toBe(0);

  const { child, ended } = startAssay(['serve', '--score', '--model', casePath], home);
  if (child.stdout === null) throw new Error('The command has no output.');
  const [line] = (await once(child.stdout, 'data')) as [string];
  const address = line.trim();
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const record = { event_time: null, channel: 'web', merchant_category: 'kind 1', amount: 12.5 };
  const response = await fetch(`${address}/score/single`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(record),
  });
  expect(await response.json()).toMatchObject({ id: '1', flagged: expect.any(Boolean) as boolean });
  const metrics = await (await fetch(`${address}/metrics`)).text();
  // Debian's package prometheus has it; where it is missing the text is still looked at below.
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: metrics });
  if (checked.error === undefined) expect(checked.stderr.toString()).toBe('');
  expect(metrics).toContain('iforest_requests_total{route="/score/single",status="200"} 1');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

it.each([
  [['serve', '--score'], 'No model was named.'],
  [['serve', '--score', '--model', 'models:/cards@champion'], 'none was named'],
  [['serve', '--score', '--model', 'models:/cards', '--tracking-uri', 'http://127.0.0.1:9'], 'does not name a version'],
  [['serve', '--host', '0.0.0.0'], 'The window is for this machine only'],
])('refuses %j as wrong use', async (parameters, sentence) => {
  const outcome = await runAssay(parameters, temporaryFolder());
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain(sentence);
});
