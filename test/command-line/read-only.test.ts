import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../engine/store/sqlite.ts';
import { openShare } from '../read-only-share.ts';
import { runAssayHere, startAssay } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

const home = mkdtempSync(join(tmpdir(), 'assay-read-only-test-'));
const place = openShare();
const share = place?.folder ?? home;
const recording = join(home, 'payments.csv');
const casePath = join(share, 'payments.assay');
const inLogMode = join(share, 'log mode.assay');
const older = join(share, 'older.assay');

afterAll(() => {
  place?.remove();
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(place === null)('a case on a read-only share (needs a share that can be made read-only)', () => {
  let before: readonly string[] = [];

  beforeAll(async () => {
    writeSmallRecording(recording, { rows: 3000 });
    const run = await runAssayHere(['run', recording, '--case', casePath, '--trees', '20', '--no-windows'], home);
    expect(run.code, run.stderr).toBe(0);
    const second = await runAssayHere(
      ['train', '--case', casePath, '--trees', '10', '--no-windows', '--seed', '2'],
      home,
    );
    expect(second.code, second.stderr).toBe(0);
    // A case copied while somebody had it open says that its changes are in a log, which is not there.
    copyFileSync(casePath, inLogMode);
    const connection = connect(inLogMode, {});
    connection.pragma('journal_mode = WAL');
    connection.close();
    const layout4 = resolve(import.meta.dirname, '../former-cases/layout-4.assay.gz');
    writeFileSync(older, gunzipSync(readFileSync(layout4)));
    place?.close();
    before = readdirSync(share);
  });

  const output = (name: string): readonly string[] => ['--out', join(home, name)];
  const reading: readonly (readonly [string, readonly string[]])[] = [
    ['alerts', []],
    ['audit', ['--verify', ...output('history.ndjson')]],
    ['compare', ['1', '2']],
    ['doctor', []],
    ['evaluate', []],
    ['evaluate', ['--below-the-line']],
    ['evaluate', ['--rolling', '--train-days', '1', '--delay-days', '0', '--test-days', '1', '--first-day', '0']],
    ['explain', ['--top', '2', '--neighbours', '1']],
    ['export csv', output('alerts.csv')],
    ['export kserve', output('kserve')],
    ['export mlflow', output('mlflow')],
    ['export onnx', output('model.onnx')],
    ['features', []],
    ['quarantine', []],
    ['stability', ['--seeds', '2']],
    ['tune', []],
  ];

  it.each(reading)('is read by %s %j', async (command, flags) => {
    const outcome = await runAssayHere([...command.split(' '), '--case', casePath, ...flags], home);
    expect(outcome.code, outcome.stderr).toBe(0);
  });

  it.each([
    ['a case in log mode', inLogMode, 'alerts'],
    ['a case in log mode', inLogMode, 'doctor'],
    ['a case in log mode', inLogMode, 'evaluate'],
    ['a case with an older layout', older, 'alerts'],
    ['a case with an older layout', older, 'tune'],
  ])('holds %s (%s), which is read by %s', async (_, path, command) => {
    const outcome = await runAssayHere([command, '--case', path], home);
    expect(outcome.code, outcome.stderr).toBe(0);
  });

  it('scores a recording by its model, and serves it', async () => {
    const scored = await runAssayHere(['score', recording, '--model', casePath, ...output('scores.csv')], home);
    expect(scored.code, scored.stderr).toBe(0);
    const { child, ended } = startAssay(['serve', '--score', '--model', inLogMode], home);
    if (child.stdout === null) throw new Error('The command has no output.');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it.each([
    ['doctor', ['--compact']],
    ['export mlflow', ['--tracking-uri', 'http://127.0.0.1:9', '--experiment', 'cards']],
    ['ingest', [recording]],
    ['judge', ['--transaction', 'p1', '--as', 'fraud']],
    ['promote', ['--model', '2', '--reason', 'better']],
    ['push', []],
    ['quarantine', ['--retry']],
    ['replay', [recording, '--speed', 'max']],
    ['rollback', []],
    ['run', [recording]],
    ['train', []],
    ['tune', ['--contamination', '0.02']],
  ] as const)('refuses %s %j by saying why', async (command, flags) => {
    const outcome = await runAssayHere([...command.split(' '), ...flags, '--case', casePath], home);
    expect(outcome.stderr).toContain(`${casePath} cannot be written: `);
    expect(outcome.stderr).toContain(' is read-only.');
    expect(outcome.code, outcome.stderr).toBe(2);
  });

  it('is left as it was', () => {
    expect(readdirSync(share)).toEqual(before);
  });
});
