import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamCommand, StreamFigures } from '../../domain/stream-figures.ts';
import { createCommandLineEngine } from '../../host/command-line-engine.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';
import { createBench, smallRecording, smallRows, type Bench } from '../../case/small-recording.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-play-'));
const recording = join(folder, 'again.csv');
const cleanUps: (() => Promise<void>)[] = [];
const engine = createCommandLineEngine();
let bench: Bench;

beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  const lines = smallRecording().split('\n');
  // Two malformed rows, one of them where batches and slices meet the middle of the stream.
  lines.splice(1500, 0, 'not,enough');
  lines.splice(3000, 0, '4000,yesterday,C1,T1,1.00,EUR,0');
  writeFileSync(recording, lines.join('\n'));
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

async function run<J extends JobName>(
  name: J,
  input: JobInput<J>,
  steer?: (figures: StreamFigures, command: (command: StreamCommand) => void, stop: () => void) => void,
): Promise<JobResult<J>> {
  const stop = new AbortController();
  let hear: (command: StreamCommand) => void = () => undefined;
  const answer = await engine.runJob(name, input, {
    signal: stop.signal,
    report: ({ stream }) => {
      if (stream !== undefined)
        steer?.(
          stream,
          (command) => hear(command),
          () => stop.abort(),
        );
    },
    onCommand: (listener) => (hear = listener),
  });
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.data;
}

const newCase = (name: string): string => join(folder, `${name}.assay`);

it('gives the flags of a batch at every speed, through pauses, steps, seeks and being stopped', async () => {
  const common = { recording, model: bench.casePath };
  const batch = await run('score', { model: bench.casePath, recordings: [recording], output: join(folder, 'out.csv') });
  const atOnce = await run('play', { ...common, casePath: newCase('at-once') });
  expect(atOnce).toMatchObject({ rows: smallRows, addedRows: smallRows, quarantined: 2 });
  expect(atOnce.flagged).toBeGreaterThan(10);
  expect(atOnce.flagsDigest).toBe(batch.flagsDigest);

  // Forty days in some tenths of a second: many small slices.
  const paced = await run('play', { ...common, casePath: newCase('paced'), speed: 4_000_000 });
  expect(paced.flagsDigest).toBe(atOnce.flagsDigest);

  const stepped: number[] = [];
  let asked = 0;
  const steered = await run(
    'play',
    { ...common, casePath: newCase('steered'), startsPaused: true, speed: 4_000_000 },
    ({ isPaused, rows }, command) => {
      if (!isPaused || rows !== asked) return;
      stepped.push(rows);
      if (stepped.length <= 3) {
        asked += 7;
        command({ kind: 'step', rows: 7 });
      } else {
        asked = -1;
        command({ kind: 'seek', timeMs: Date.UTC(2024, 0, 20) });
      }
    },
  );
  expect(stepped).toEqual([0, 7, 14, 21]);
  expect(steered.flagsDigest).toBe(atOnce.flagsDigest);

  const halves = { ...common, casePath: newCase('halves'), speed: 4_000_000 };
  await expect(run('play', halves, ({ rows }, _, stop) => void (rows > 500 && stop()))).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const rest = await run('play', halves);
  expect(rest.addedRows).toBeLessThan(smallRows - 500);
  expect(rest).toMatchObject({ rows: smallRows, quarantined: 2, flagsDigest: atOnce.flagsDigest });

  const again = await run('play', { ...common, casePath: newCase('at-once') });
  expect(again).toMatchObject({ addedRows: 0, rows: smallRows });
  const { entries } = await run('audit', { casePath: newCase('at-once') });
  expect(entries.filter(({ what }) => what.startsWith('rows from'))).toHaveLength(1);
});

it('refuses a new case without a model, and a recording that is another one by now', async () => {
  await expect(run('play', { recording, casePath: newCase('no-model') })).rejects.toMatchObject({ code: 'NO_MODEL' });
  const changing = join(folder, 'changing.csv');
  writeFileSync(changing, smallRecording());
  const input = { recording: changing, casePath: newCase('changing'), model: bench.casePath };
  await run('play', input);
  writeFileSync(changing, smallRecording().replace('C1001', 'C1002'));
  appendFileSync(changing, '\n');
  await expect(run('play', input)).rejects.toMatchObject({ code: 'RECORDING_CHANGED' });
});

it('reads a recording as it is said to be written, and one without a header by position', async () => {
  const written = smallRecording().trimEnd().split('\n').slice(1, 501).join('\n').replaceAll(',', '\u0001');
  const path = join(folder, 'no-header.txt');
  writeFileSync(path, Buffer.from(written, 'utf16le'));
  const common = { recording: path, model: bench.casePath, format: { delimiter: '\\x01', encoding: 'utf-16le' } };
  const played = await run('play', { ...common, casePath: newCase('written') });
  expect(played).toMatchObject({ addedRows: 500, quarantined: 0 });
  expect(played.notices.join(' ')).toContain('has no header; its columns were taken in the order');
  const plain = join(folder, 'plain.csv');
  writeFileSync(plain, smallRecording().split('\n').slice(0, 501).join('\n'));
  const same = await run('play', { recording: plain, model: bench.casePath, casePath: newCase('plain') });
  expect(played.flagsDigest).toBe(same.flagsDigest);

  writeFileSync(path, 'a,b\n1,2\n');
  await expect(
    run('play', { recording: path, model: bench.casePath, casePath: newCase('other') }),
  ).rejects.toMatchObject({
    code: 'UNKNOWN_COLUMN',
  });
});
