import { FRAUD } from '../../../engine/domain/label.ts';
import { anomalyOfSums, averagePrecision } from '../../../engine/evaluation/ranking.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { drawWithoutReplacement } from '../../../engine/forest/sub-sample.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import { orderBySum } from '../../../engine/forest/threshold.ts';
import { boost } from '../../../engine/learning/boost.ts';
import { partsOfForest, partSumsOf } from '../../../engine/learning/forest-parts.ts';
import { joinForest } from '../../../engine/learning/join-forest.ts';
import {
  countJudged,
  ENOUGH_ALERTS,
  LEAST_OF_A_KIND,
  type JudgedRows,
  type UnjudgedRows,
} from '../../../engine/learning/judged-rows.ts';
import { crossValidate } from '../../../engine/learning/validate.ts';
import { markdownTable } from '../markdown.ts';
import { mean, standardDeviation } from '../statistics.ts';
import { finish } from './finish.ts';
import { readLabelledSets, type LabelledSet } from './labelled-sets.ts';
import { readLabelledMatrix, type LabelledMatrix } from './read-matrix.ts';
import { gather, sumsOf } from './verdict-weeks.ts';

const shares = [0.01, 0.05, 0.1];
const UNJUDGED_ROWS = 2000;
/** Two-sided 95 % quantiles of Student's t by degrees of freedom, from 1 on. */
const studentQuantiles = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** One set, share and seed: average precision of the rows that nobody judged. */
interface Run {
  readonly judged: number;
  readonly anomalies: number;
  readonly before: number;
  /** Null where there are too few verdicts for a model. */
  readonly after: number | null;
  readonly isBetter: boolean;
}

/** Labels given as feedback in the order of the queue, on sets of all kinds: what learning gains on the rest of each. */
export async function measureFeedback(seeds: number, report: (line: string) => void): Promise<string> {
  const used = Math.min(seeds, studentQuantiles.length + 1);
  const rows: string[][] = [];
  const tallies = { models: 0, below: 0, above: 0 };
  for (const set of await readLabelledSets()) {
    const read = await readLabelledMatrix(set);
    const runs = new Map<number, Run[]>(shares.map((share) => [share, []]));
    for (let seed = 1; seed <= used; seed++) {
      report(`feedback: ${set.name}, seed ${seed}`);
      for (const [share, run] of await runsOf(read, seed)) runs.get(share)?.push(run);
    }
    for (const share of shares) rows.push(rowOf(set, share, runs.get(share) ?? [], tallies));
  }
  return [
    `The rows that a forest of 300 trees ranks first are judged by their labels, 1, 5 and 10 % of the set; average precision of the rows that nobody ` +
      `judged, before and after, ${used} seeds; the interval of the gain is of the mean over seeds (Student's t). A model needs ` +
      `${ENOUGH_ALERTS} verdicts and ${LEAST_OF_A_KIND} of each kind; each row is its own alert, so that the gate asks of rows what it asks of alerts elsewhere.`,
    markdownTable(
      ['set', 'feedback', 'verdicts', 'anomalies', 'before', 'after', 'gain', '95 % interval', 'said better'],
      rows,
    ),
    `Of ${tallies.models} sets and shares with enough verdicts the gain lies above 0 in ${tallies.above} with its whole interval, and below 0 in ${tallies.below}.`,
  ].join('\n\n');
}

async function runsOf({ matrix, labels }: LabelledMatrix, seed: number): Promise<readonly (readonly [number, Run])[]> {
  const parameters = { trees: 300, sample: 256, featuresPerTree: null, seed, grower: 'assay' } as const;
  const all = gather(matrix, Uint32Array.from(labels.keys()));
  const forest = await trainForest(all, parameters, { threads: 1, signal: new AbortController().signal });
  const sums = sumsOf(forest, all);
  const order = orderBySum(sums);
  const parts = partsOfForest(forest, {});
  return shares.map((share) => {
    const count = Math.round(labels.length * share);
    const first = order.subarray(0, count);
    const rest = order.subarray(count);
    const restLabels = Uint8Array.from(rest, (row) => labels[row]);
    const features = gather(matrix, first);
    const judged: JudgedRows = {
      features,
      partSums: partSumsOf(forest, parts, features),
      sums: Int32Array.from(first, (row) => sums[row]),
      labels: Uint8Array.from(first, (row) => labels[row]),
      entities: Int32Array.from(first.keys()),
      alerts: Int32Array.from(first.keys()),
      days: new Int32Array(count),
    };
    const drawn = drawWithoutReplacement(
      rest.length,
      Math.min(rest.length, UNJUDGED_ROWS),
      randomStream(seed, 2, 'learning'),
    ).map((place) => rest[place]);
    const usual = gather(matrix, drawn);
    const unjudged: UnjudgedRows = {
      features: usual,
      partSums: partSumsOf(forest, parts, usual),
      sums: Int32Array.from(drawn, (row) => sums[row]),
    };
    const { alerts, fraud, legitimate } = countJudged(judged);
    const before = averagePrecision(restLabels, anomalyOfSums(Int32Array.from(rest, (row) => sums[row]))) ?? NaN;
    const run = { judged: alerts, anomalies: judged.labels.filter((label) => label === FRAUD).length, before };
    if (alerts < ENOUGH_ALERTS || Math.min(fraud, legitimate) < LEAST_OF_A_KIND)
      return [share, { ...run, after: null, isBetter: false }];
    const learned = joinForest(forest, parts, finish(boost(judged, unjudged)), judged, unjudged);
    const after = averagePrecision(restLabels, anomalyOfSums(sumsOf(learned, gather(matrix, rest)))) ?? NaN;
    // What the gate says is asked once: it takes five times as long as learning.
    const isBetter = seed === 1 && finish(crossValidate(judged, unjudged, seed)).isBetter;
    return [share, { ...run, after, isBetter }];
  });
}

function rowOf(
  { name }: LabelledSet,
  share: number,
  runs: readonly Run[],
  tallies: { models: number; below: number; above: number },
): string[] {
  const learned = runs.filter(({ after }) => after !== null);
  const start = [
    name,
    `${share * 100} %`,
    String(runs[0]?.judged ?? 0),
    mean(runs.map(({ anomalies }) => anomalies)).toFixed(0),
    mean(runs.map(({ before }) => before)).toFixed(3),
  ];
  if (learned.length < 2) return [...start, 'too few', '', '', ''];
  const gains = learned.map(({ before, after }) => (after ?? before) - before);
  const half = (studentQuantiles[gains.length - 2] * standardDeviation(gains)) / Math.sqrt(gains.length);
  const [low, high] = [mean(gains) - half, mean(gains) + half];
  tallies.models++;
  if (low > 0) tallies.above++;
  if (high < 0) tallies.below++;
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  return [
    ...start,
    mean(learned.map(({ after }) => after ?? NaN)).toFixed(3),
    signed(mean(gains)),
    `${signed(low)} to ${signed(high)}`,
    learned.some(({ isBetter }) => isBetter) ? 'yes' : 'no',
  ];
}
