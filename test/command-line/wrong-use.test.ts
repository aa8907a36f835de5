import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runAssay, runAssayHere, temporaryFolder } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

describe('wrong use and bad input', () => {
  it.each([
    ['a file that is not there', 'nowhere.csv', /no file .*nowhere\.csv/i],
    ['an empty file', 'empty.csv', /empty/],
    ['a header without rows', 'header.csv', /rows|records|empty/i],
    ['a binary file', 'binary.csv', /cannot be read as a recording/],
    ['a folder', 'folder', /folder/],
  ])('says what is wrong with %s and leaves no case behind', async (_, name, sentence) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty.csv'), '');
    writeFileSync(join(folder, 'header.csv'), 'id,amount,label\n');
    writeFileSync(
      join(folder, 'binary.csv'),
      Buffer.from(Array.from({ length: 5000 }, (__, index) => (index * 37) % 256)),
    );
    mkdirSync(join(folder, 'folder'));
    const outcome = await runAssayHere(['run', join(folder, name), '--case', join(folder, 'a.assay')], folder);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.stderr).not.toMatch(/at .*\.ts:\d+/);
    expect(outcome.code).toBe(2);
    expect(existsSync(join(folder, 'a.assay'))).toBe(false);
  });

  it.each([
    [['--contamination', '0'], /above 0/],
    [['--contamination', '0.7'], /at most 0\.5/],
    [['--contamination', 'abc'], /not a number/],
    [['--label', 'is_froud'], /is_froud.*(is_fraud)?/],
    [['--ignore', 'no_such_column'], /no_such_column/],
    [['--trees', '0'], /whole number/],
    [['--grower', 'oak'], /assay/],
    [['--contamination', '0.1', '--alerts-per-day', '5'], /cannot be used with|conflict/],
    [['--no-such-flag'], /unknown option/],
    [['--profile', 'missing.yaml'], /missing\.yaml/],
  ])('refuses %j with a sentence and exit code 2', async (flags, sentence) => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 300 });
    const outcome = await runAssayHere(['run', recording, '--case', join(folder, 'a.assay'), ...flags], folder);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.code).toBe(2);
  });

  it('puts the error on the JSON line too, so that a script need not read sentences', async () => {
    const folder = temporaryFolder();
    const outcome = await runAssay(['run', join(folder, 'none.csv'), '--json'], folder);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { code: 'FILE_NOT_FOUND', kind: 'usage' } });
  });

  it('does not write scores over the recording they come from', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 300 });
    const before = readFileSync(recording);
    const casePath = join(folder, 'a.assay');
    await runAssayHere(['run', recording, '--case', casePath, '--trees', '5'], folder);
    const outcome = await runAssayHere(['score', '--model', casePath, recording, '--out', recording], folder);
    expect(outcome.code).toBe(2);
    expect(readFileSync(recording).equals(before)).toBe(true);
  });

  it('writes over its own case never, over a file of another kind with --force alone', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 500 });
    const casePath = join(folder, 'a.assay');
    const notes = join(folder, 'notes.csv');
    writeFileSync(notes, 'mine\n');
    await runAssayHere(['run', recording, '--case', casePath, '--trees', '5'], folder);
    const before = readFileSync(casePath);
    const commands = [
      ['export', 'csv', '--case', casePath, '--out'],
      ['features', '--no-one-out', '--case', casePath, '--spec'],
      ['score', '--model', casePath, recording, '--out'],
    ];
    for (const command of commands) {
      for (const target of [[casePath], [casePath, '--force'], [notes]])
        expect([target, (await runAssayHere([...command, ...target], folder)).code]).toEqual([target, 2]);
      expect((await runAssayHere([...command, notes, '--force'], folder)).code).toBe(0);
    }
    expect((await runAssayHere(['simulate', '--days', '1', '--out', casePath], folder)).code).toBe(2);
    expect(readFileSync(casePath).equals(before)).toBe(true);
  });

  it('fails where the doctor finds a case that is none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.assay'), 'not a case');
    const outcome = await runAssay(['doctor', '--case', join(folder, 'a.assay'), '--json'], folder);
    expect(outcome.code).toBe(1);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ checks: expect.any(Array) });
  });

  it('names the case that is missing, and what to do', async () => {
    const folder = temporaryFolder();
    const outcome = await runAssay(['tune', '--case', join(folder, 'none.assay')], folder);
    expect(outcome.stderr).toMatch(/no case/i);
    expect(outcome.code).toBe(2);
  });

  it.skipIf(process.getuid?.() !== 0)('says that the disk is full, and keeps the case whole', async ({ skip }) => {
    const folder = temporaryFolder();
    const small = join(folder, 'small');
    mkdirSync(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', small]).status === 0;
    skip(!mounted, 'no small file system can be mounted here');
    onTestFinished(() => void spawnSync('umount', [small]));
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 60_000 });
    const casePath = join(small, 'a.assay');
    const outcome = await runAssay(['run', recording, '--case', casePath], folder);
    expect(outcome.stderr).toMatch(/full/i);
    expect(outcome.code).toBe(1);
    expect(spawnSync('mount', ['-o', 'remount,size=200m', small]).status).toBe(0);
    const again = await runAssay(['run', recording, '--case', casePath, '--json'], folder);
    expect(JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ rows: 60_000 });
  });
});
