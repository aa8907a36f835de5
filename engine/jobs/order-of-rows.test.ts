import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseArrays } from '../case/case-arrays.ts';
import { chosenModel } from '../case/model/chosen-model.ts';
import { openCaseToRead } from '../case/opening.ts';
import { featureNames } from '../domain/feature-spec.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import { createBench, smallRecording, smallRows, type Bench } from '../case/small-recording.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-order-'));
const cleanUps: (() => Promise<void>)[] = [];
const [header, ...rows] = smallRecording().trimEnd().split('\n');
let bench: Bench;
let scoresOfSorted: ReadonlyMap<string, string>;

beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  scoresOfSorted = await scoresOf([write('sorted', rows)]);
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  return path;
}

async function run<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const answer = await bench.engine.runJob(name, input, {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.data;
}

const score = (recordings: string[]): Promise<JobResult<'score'>> =>
  run('score', { model: bench.casePath, recordings, output: join(folder, 'scores.csv') });

/** Score and flag by id. */
async function scoresOf(recordings: string[]): Promise<ReadonlyMap<string, string>> {
  await score(recordings);
  const lines = readFileSync(join(folder, 'scores.csv'), 'utf8').trimEnd().split('\n').slice(1);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(',')), line.slice(line.indexOf(',') + 1)]));
}

const half = rows.length / 2;
const orders: readonly (readonly [string, readonly (readonly string[])[]])[] = [
  ['newest first', [[...rows].reverse()]],
  ['recordings in the wrong order', [rows.slice(half), rows.slice(0, half)]],
  ['recordings newest first, in the wrong order', [rows.slice(half).reverse(), rows.slice(0, half).reverse()]],
];

describe('score', () => {
  it.each(orders)('gives rows %s the scores of the sorted stream, in the order of the input', async (name, parts) => {
    const paths = parts.map((part, index) => write(`${name}-${index}`, part));
    const scores = await scoresOf(paths);
    expect([...scores.keys()]).toEqual(parts.flat().map((line) => line.split(',')[0]));
    expect(new Map([...scores].sort())).toEqual(new Map([...scoresOfSorted].sort()));
    expect(await score(paths)).toMatchObject({
      order: { isSorted: true, entities: [{ entity: 'card_id', withoutEntity: 2 }, { entity: 'terminal_id' }] },
      notices: [
        expect.stringContaining("do not come in the order of 'paid_at'"),
        'Features over time see only the transaction itself for 2 without card_id.',
      ],
    });
  });

  it('gives any shuffle of the rows the scores of the sorted stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: rows.length }), async (shuffled) => {
        const scores = await scoresOf([write('shuffled', shuffled)]);
        expect(new Map([...scores].sort())).toEqual(new Map([...scoresOfSorted].sort()));
      }),
      { numRuns: 4 },
    );
  });

  it('reads a recording without a header by position', async () => {
    const path = join(folder, 'no-header.csv');
    writeFileSync(path, `${rows.join('\n')}\n`);
    expect(await scoresOf([path])).toEqual(scoresOfSorted);
  });
});

/** The stored features of every row of a case, by id. */
function featuresOf(casePath: string): ReadonlyMap<string, readonly number[]> {
  const openedCase = openCaseToRead(casePath);
  try {
    const { stored } = chosenModel(openedCase, undefined);
    const ids = new CaseArrays(openedCase).ids([...Array(openedCase.nextSequence()).keys()]);
    const stride = featureNames(openedCase.featureSpec(stored.featureSetId)).length;
    const values = openedCase.readFeatures(stored.featureSetId, { firstSequence: 0, rowCount: ids.length });
    return new Map(ids.map((id, row) => [id, [...(values ?? []).slice(row * stride, (row + 1) * stride)]]));
  } finally {
    openedCase.close();
  }
}

it('trains on recordings in the wrong order with the features of the sorted stream, and says so', async () => {
  const train = (recordings: string[], name: string): Promise<JobResult<'run'>> =>
    run('run', { recordings, casePath: join(folder, `${name}.assay`), overrides: { label: 'is_fraud' } });
  const sorted = await train([write('all', rows)], 'sorted');
  const wrong = await train([write('second', rows.slice(half)), write('first', rows.slice(0, half))], 'wrong');
  expect(wrong.order).toMatchObject({ stepsBack: 1, isSorted: true });
  expect(wrong.notices.join(' ')).toContain('1 step back');
  expect(sorted.order).toMatchObject({ stepsBack: 0, isSorted: false });
  const features = featuresOf(sorted.case);
  expect(features.size).toBe(smallRows);
  expect(featuresOf(wrong.case)).toEqual(features);
  // The features are stored by then; how the rows came is told again all the same.
  expect(await run('train', { casePath: wrong.case })).toMatchObject({ order: wrong.order });
});

it('rolls forward over recordings in the wrong order as over the sorted stream', async () => {
  const rolling = async (recordings: string[], name: string): Promise<JobResult<'rolling'>> => {
    const casePath = join(folder, `${name}.assay`);
    await run('ingest', { recordings, casePath, overrides: { label: 'is_fraud' } });
    return run('rolling', {
      casePath,
      firstDay: 7,
      trainDays: 7,
      delayDays: 7,
      testDays: 7,
      forest: { trees: 20, sample: 4096 },
    });
  };
  const sorted = await rolling([write('rolling', rows)], 'rolling-sorted');
  const newest = await rolling([write('rolling-newest', [...rows].reverse())], 'rolling-newest');
  expect(newest.order).toMatchObject({ isNewestFirst: true, isSorted: true });
  expect(newest.notices.join(' ')).toContain('newest first');
  expect(newest.folds.length).toBe(sorted.folds.length);
});

describe('rows that are played one by one', () => {
  it('are counted and said where they come after newer ones, which nobody can score again', async () => {
    const played = await run('play', {
      recording: write('played', [...rows].reverse()),
      casePath: join(folder, 'played.assay'),
      model: bench.casePath,
    });
    const [card] = played.order?.entities ?? [];
    expect(card.late + card.tooLate).toBeGreaterThan(smallRows * 0.9);
    expect(played.notices.join(' ')).toMatch(/newest first.*came after newer ones of the same card_id/);
    expect(played.notices.join(' ')).toMatch(/more than 24 h late \(by card_id\)/);
  });

  it('find the rows before them scored in the order of time, though their recordings were read in the wrong one', async () => {
    const played = async (name: string, parts: readonly (readonly string[])[]): Promise<JobResult<'play'>> => {
      const casePath = join(folder, `${name}.assay`);
      await run('run', { recordings: [write(`${name}-trained`, rows.slice(0, 1500))], casePath });
      await run('ingest', { recordings: parts.map((part, index) => write(`${name}-${index}`, part)), casePath });
      return run('play', { casePath, recording: write(`${name}-played`, rows.slice(2500)) });
    };
    const [earlier, later] = [rows.slice(1500, 2000), rows.slice(2000, 2500)];
    const right = await played('right-order', [earlier, later]);
    const wrong = await played('wrong-order', [later, earlier]);
    expect(featuresOf(wrong.case)).toEqual(featuresOf(right.case));
    expect(wrong.notices).toEqual(right.notices);
  });
});
