import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRAUD } from '../../../engine/domain/label.ts';
import { anomalyOfSums } from '../../../engine/evaluation/ranking.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { boost } from '../../../engine/learning/boost.ts';
import { joinForest } from '../../../engine/learning/join-forest.ts';
import { selectJudged, type JudgedRows } from '../../../engine/learning/judged-rows.ts';
import { crossValidate } from '../../../engine/learning/validate.ts';
import { peersArePresent, runPeer } from '../../peers/peers.ts';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import { mean, standardDeviation } from '../statistics.ts';
import { finish } from './finish.ts';
import {
  CARDS_PER_DAY,
  figuresOn,
  gather,
  readPaymentStream,
  rowsOfDays,
  sumsOf,
  testRows,
  verdictWeek,
  withoutColumns,
  type PaymentStream,
  type TestFigures,
  type VerdictWeek,
} from './verdict-weeks.ts';

const months = ['04', '05', '06', '07', '08'].map((month) =>
  sharedDataPath('handbook', `transactions-2018-${month}.csv.gz`),
);
/** Days from the first one on which training weeks begin: 9 May, and every second week to 1 August. */
const starts = [38, 52, 66, 80, 94, 108, 122];
const mostSeeds = 5;
const nullTrials = 50;

/** What one model reached on the test weeks, one entry a start and seed. */
type Reached = Map<string, TestFigures[]>;

/** A week of verdicts on the Handbook's months: the queue before and after, beside full supervision, and what chance teaches. */
export async function measureVerdicts(seeds: number, report: (line: string) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-verdicts-'));
  try {
    const casePath = join(folder, 'case.assay');
    report('verdicts: reading five months');
    await runAssay(['run', ...months, '--case', casePath, '--label', 'TX_FRAUD', '--ignore', 'TX_FRAUD_SCENARIO']);
    const stream = readPaymentStream(casePath);
    const used = Math.min(seeds, mostSeeds);
    const reached = await reachedOn(stream, used, folder, report);
    const blind = withoutColumns(stream, stream.usesLabels);
    const reachedBlind = await reachedOn(blind, 1, null, report);
    return [
      `Train on a week, verdicts on the first ${CARDS_PER_DAY} cards of each day of the next (each of their transactions with its own label), test on the week ` +
        `two weeks later without cards whose fraud was known by then; ${starts.length} starts from 9 May to 1 August 2018, ${used} seeds, features and trees by ` +
        'theme as `assay run` proposes them, 300 trees. Mean ± standard deviation over starts and seeds; the interval is of the mean, over starts.',
      reachedTable(reached),
      sentences(reached),
      '### Without features that use labels',
      'What is left to learn ranks the same frauds earlier; it does not find more cards.',
      reachedTable(reachedBlind),
      '### What chance teaches',
      await nullSentence(stream, report),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const byForest = 'forest, 300 trees';
const byVerdicts = `forest and ${7 * CARDS_PER_DAY} card-days of verdicts`;
const byTwoDays = 'forest and 200 card-days: the first two days';
const byFewer = 'forest and 200 card-days: the first 29 of each day';
const byExtent = `the same ${7 * CARDS_PER_DAY}, only what was flagged`;
const byRandomForest = 'full supervision: random forest';
const byBoosting = 'full supervision: gradient boosting';
const byLightGbm = 'full supervision: LightGBM';
const byAad = 'coniferest AADForest, 300 trees, the same 700';
const byPine = 'coniferest PineForest, 300 trees, the same 700';

async function reachedOn(
  stream: PaymentStream,
  seeds: number,
  folder: string | null,
  report: (line: string) => void,
): Promise<Reached> {
  const reached: Reached = new Map();
  const note = (name: string, figures: TestFigures): void => {
    reached.set(name, [...(reached.get(name) ?? []), figures]);
  };
  for (const start of starts) {
    const rows = testRows(stream, start);
    const features = gather(stream.features, rows);
    for (let seed = 1; seed <= seeds; seed++) {
      report(`verdicts: start ${start}, seed ${seed}`);
      const week = await verdictWeek(stream, start, seed);
      note(byForest, figuresOn(stream, rows, anomalyOfSums(sumsOf(week.forest, features))));
      const after = (judged: JudgedRows): TestFigures => {
        const learned = joinForest(
          week.forest,
          week.parts,
          finish(boost(judged, week.unjudged)),
          judged,
          week.unjudged,
        );
        return figuresOn(stream, rows, anomalyOfSums(sumsOf(learned, features)));
      };
      note(byVerdicts, after(week.judged));
      if (seed === 1 && folder !== null && peersArePresent) {
        report(`verdicts: start ${start}, coniferest`);
        for (const [name, values] of await byConiferest(stream, start, week.judged, features.values, folder))
          note(name, figuresOn(stream, rows, values));
      }
      note(byExtent, after(flaggedOnly(week.judged)));
      note(byTwoDays, after(selectRows(week.judged, (row) => week.judged.alerts[row] < 2 * CARDS_PER_DAY)));
      note(byFewer, after(firstOfEachDay(week.judged, 200)));
    }
    note(
      'amount alone',
      figuresOn(
        stream,
        rows,
        Float64Array.from(rows, (row) => stream.amounts[row]),
      ),
    );
    if (folder === null || !peersArePresent) continue;
    report(`verdicts: start ${start}, full supervision`);
    const scores = await fullSupervision(stream, start, features.values, folder);
    for (const [name, values] of scores) note(name, figuresOn(stream, rows, values));
  }
  return reached;
}

/** Learned from all labels of the week that the verdicts are of. */
async function fullSupervision(
  stream: PaymentStream,
  start: number,
  scored: Float32Array,
  folder: string,
): Promise<readonly (readonly [string, Float64Array])[]> {
  const week = rowsOfDays(stream, start + 7, start + 14);
  const files = ['learned.f32', 'labels.u8', 'scored.f32'].map((name) => join(folder, name));
  await writeFile(files[0], gather(stream.features, week).values);
  await writeFile(
    files[1],
    Uint8Array.from(week, (row) => stream.labels[row]),
  );
  await writeFile(files[2], scored);
  const { scores } = await runPeer('supervised.py', [...files, ...columnsOf(stream), ...oneThread], { timeoutMs });
  return namedScores(scores as PeerScores, [
    [byRandomForest, 'randomForest'],
    [byBoosting, 'gradientBoosting'],
    [byLightGbm, 'lightgbm'],
  ]);
}

/** The forests of coniferest that learn from feedback, on the same week and verdicts; none where it is not installed. */
async function byConiferest(
  stream: PaymentStream,
  start: number,
  judged: JudgedRows,
  scored: Float32Array,
  folder: string,
): Promise<readonly (readonly [string, Float64Array])[]> {
  const files = ['grown.f32', 'judged.f32', 'labels.u8', 'scored.f32'].map((name) => join(folder, name));
  const contents = [
    gather(stream.features, rowsOfDays(stream, start, start + 7)).values,
    judged.features.values,
    judged.labels,
    scored,
  ];
  for (const [at, content] of contents.entries()) await writeFile(files[at], content);
  const answer = await runPeer('coniferest_forests.py', [...files, ...columnsOf(stream), ...oneThread], {
    timeoutMs,
  }).catch((error: unknown) => {
    if (String(error).includes('ModuleNotFoundError')) return null;
    throw error;
  });
  if (answer === null) return [];
  return namedScores(answer['scores'] as PeerScores, [
    [byAad, 'aadForest'],
    [byPine, 'pineForest'],
  ]);
}

/** Threads that wait for each other on a busy machine take minutes. */
const oneThread = ['--threads', '1'];
const timeoutMs = 3_600_000;

function columnsOf({ features }: PaymentStream): readonly string[] {
  return ['--columns', String(features.featureCount)];
}

type PeerScores = Readonly<Record<string, readonly number[] | undefined>>;

function namedScores(
  scores: PeerScores,
  names: readonly (readonly [string, string])[],
): readonly (readonly [string, Float64Array])[] {
  return names.flatMap(([name, key]) => {
    const values = scores[key];
    return values === undefined ? [] : [[name, Float64Array.from(values)] as const];
  });
}

/** The rows at or beyond each day's line: what an alert shows, and a verdict of the product speaks for. */
function flaggedOnly(judged: JudgedRows): JudgedRows {
  const leastOfAlert = new Map<number, number>();
  judged.alerts.forEach((alert, row) =>
    leastOfAlert.set(alert, Math.min(leastOfAlert.get(alert) ?? Infinity, judged.sums[row])),
  );
  const lineOfDay = new Map<number, number>();
  judged.alerts.forEach((alert, row) =>
    lineOfDay.set(
      judged.days[row],
      Math.max(lineOfDay.get(judged.days[row]) ?? -Infinity, leastOfAlert.get(alert) ?? -Infinity),
    ),
  );
  return selectRows(judged, (row) => judged.sums[row] <= (lineOfDay.get(judged.days[row]) ?? -Infinity));
}

function firstOfEachDay(judged: JudgedRows, alerts: number): JudgedRows {
  return selectRows(judged, (row) => judged.alerts[row] % CARDS_PER_DAY < alerts / 7);
}

function selectRows(judged: JudgedRows, isTaken: (row: number) => boolean): JudgedRows {
  return selectJudged(judged, Array.from(judged.labels.keys()).filter(isTaken));
}

function reachedTable(reached: Reached): string {
  return markdownTable(
    ['model', 'AUROC', 'average precision', '95 % interval', 'card precision', 'least gain of average precision'],
    [...reached].map(([name, figures]) => {
      const precisions = figures.map(({ averagePrecision }) => averagePrecision);
      return [
        name,
        mean(figures.map(({ auroc }) => auroc)).toFixed(3),
        `${mean(precisions).toFixed(3)} ± ${standardDeviation(precisions).toFixed(3)}`,
        intervalOverStarts(precisions),
        mean(figures.map(({ cardPrecision }) => cardPrecision)).toFixed(3),
        name === byForest ? '' : leastGain(precisions, reached.get(byForest) ?? []),
      ];
    }),
  );
}

/** The runs of a start share its week, so that starts, not runs, are drawn: here the normal interval of their means. */
function intervalOverStarts(values: readonly number[]): string {
  const runs = values.length / starts.length;
  const means = starts.map((_, start) => mean(values.slice(start * runs, (start + 1) * runs)));
  const half = (1.96 * standardDeviation(means)) / Math.sqrt(means.length);
  return `${(mean(means) - half).toFixed(3)} to ${(mean(means) + half).toFixed(3)}`;
}

function leastGain(precisions: readonly number[], before: readonly TestFigures[]): string {
  if (precisions.length !== before.length) return '';
  const gain = Math.min(...precisions.map((value, run) => value - before[run].averagePrecision));
  return `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(3)}`;
}

function sentences(reached: Reached): string {
  const learned = reached.get(byVerdicts) ?? [];
  const supervised = reached.get(byRandomForest);
  if (supervised === undefined)
    return 'Full supervision and coniferest are missing here: node test/peers/make-environment.mjs --learning.';
  const runs = learned.length / starts.length;
  const shares = learned.map(
    ({ averagePrecision }, run) => averagePrecision / supervised[Math.floor(run / runs)].averagePrecision,
  );
  const all =
    mean(learned.map(({ averagePrecision }) => averagePrecision)) /
    mean(supervised.map(({ averagePrecision }) => averagePrecision));
  return `Verdicts reach ${all.toFixed(3)} of the random forest's average precision, ${Math.min(...shares).toFixed(3)} in the worst of ${shares.length} runs.`;
}

/** Half of the trials shuffle the verdicts among the alerts, half take the forest's own order for the truth. */
async function nullSentence(stream: PaymentStream, report: (line: string) => void): Promise<string> {
  const better = { shuffled: 0, itself: 0 };
  for (let trial = 0; trial < nullTrials / 2; trial++) {
    report(`verdicts: null trial ${trial + 1}`);
    const week = await verdictWeek(stream, starts[trial % starts.length], trial);
    const judged = trial % 2 === 0 ? week.judged : firstOfEachDay(week.judged, 200);
    if (isBetter(week, { ...judged, labels: shuffledVerdicts(judged, trial) }, trial)) better.shuffled++;
    const cut = judged.sums.toSorted()[Math.floor(judged.sums.length * (0.05 + 0.1 * (trial % 4)))];
    const itself = Uint8Array.from(judged.sums, (sum) => Number(sum <= cut));
    if (isBetter(week, { ...judged, labels: itself }, trial)) better.itself++;
  }
  const each = nullTrials / 2;
  return (
    `With verdicts shuffled among the alerts it said "no better" in ${each - better.shuffled} of ${each} trials, with the forest's own order as the truth in ` +
    `${each - better.itself} of ${each}; every second trial had 200 card-days, the others ${7 * CARDS_PER_DAY}.`
  );
}

function isBetter(week: VerdictWeek, judged: JudgedRows, seed: number): boolean {
  return finish(crossValidate(judged, week.unjudged, seed)).isBetter;
}

/** As many alerts are fraud as were, drawn at random; all transactions of an alert are what it is. */
function shuffledVerdicts({ alerts, labels }: JudgedRows, seed: number): Uint8Array {
  const fraud = new Set(alerts.filter((_, row) => labels[row] === FRAUD));
  const list = [...new Set(alerts)];
  const random = randomStream(seed, 0, 'simulation');
  for (let place = list.length - 1; place > 0; place--) {
    const other = random.nextInteger(place + 1);
    [list[place], list[other]] = [list[other], list[place]];
  }
  const drawn = new Set(list.slice(0, fraud.size));
  return Uint8Array.from(alerts, (alert) => (drawn.has(alert) ? FRAUD : 0));
}
