import type { FeatureMatrix } from '../../../engine/domain/model.ts';
import { FRAUD } from '../../../engine/domain/label.ts';
import { featureNames } from '../../../engine/domain/feature-spec.ts';
import { CaseArrays } from '../../../engine/case/case-arrays.ts';
import { openCaseToRead } from '../../../engine/case/opening.ts';
import { cardPrecisionTopK } from '../../../engine/evaluation/card-precision.ts';
import { auroc, averagePrecision, type Anomaly } from '../../../engine/evaluation/ranking.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { createKernelScorer } from '../../../engine/forest/kernel/kernel-scorer.ts';
import { scoreSums } from '../../../engine/forest/score.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import type { CompiledForest, ForestParameters } from '../../../engine/domain/model.ts';
import { partsOfForest, partSumsOf, type ForestParts } from '../../../engine/learning/forest-parts.ts';
import type { JudgedRows, UnjudgedRows } from '../../../engine/learning/judged-rows.ts';

/** Cards a team looks at each day. */
export const CARDS_PER_DAY = 100;
/** Rows drawn that nobody judged. */
const UNJUDGED_ROWS = 2000;

/** A labelled stream of card payments in memory. */
export interface PaymentStream {
  readonly features: FeatureMatrix;
  readonly names: readonly string[];
  /** True where a feature looks at labels. */
  readonly usesLabels: readonly boolean[];
  readonly labels: Uint8Array;
  readonly days: Int32Array;
  readonly cards: Int32Array;
  readonly amounts: Float64Array;
  readonly firstDay: number;
  /** Of the forest that the case's champion is. */
  readonly structure: ForestParameters;
}

/** The stream of a case with the features of its champion. */
export function readPaymentStream(casePath: string): PaymentStream {
  const openedCase = openCaseToRead(casePath);
  try {
    const arrays = new CaseArrays(openedCase);
    const [{ featureSetId, parameters }] = openedCase.models();
    const spec = openedCase.featureSpec(featureSetId);
    const names = featureNames(spec);
    const { labels, days, entity, amounts, rowCount } = arrays;
    if (labels === null || days === null || entity === null || amounts === null)
      throw new Error('The recording lacks labels, days, cards or amounts.');
    const values = new Float32Array(rowCount * names.length);
    for (const segment of openedCase.segments())
      values.set(openedCase.readFeatures(featureSetId, segment) ?? [], segment.firstSequence * names.length);
    const overLabels = new Set(
      spec.windows?.features.filter(({ usesLabels }) => usesLabels).map(({ name }) => name) ?? [],
    );
    return {
      features: { rowCount, featureCount: names.length, values },
      names,
      usesLabels: names.map((name) => overLabels.has(name)),
      labels,
      days,
      cards: entity.codes,
      amounts,
      structure: parameters,
      firstDay: days.reduce((least, day) => Math.min(least, day), Number.MAX_SAFE_INTEGER),
    };
  } finally {
    openedCase.close();
  }
}

/** The same stream without some of its features. */
export function withoutColumns(stream: PaymentStream, isLeftOut: readonly boolean[]): PaymentStream {
  const kept = stream.names.flatMap((_, column) => (isLeftOut[column] ? [] : [column]));
  const { rowCount, featureCount, values } = stream.features;
  const narrowed = new Float32Array(rowCount * kept.length);
  for (let row = 0; row < rowCount; row++)
    for (const [at, column] of kept.entries()) narrowed[row * kept.length + at] = values[row * featureCount + column];
  return {
    ...stream,
    features: { rowCount, featureCount: kept.length, values: narrowed },
    names: kept.map((column) => stream.names[column]),
    usesLabels: kept.map((column) => stream.usesLabels[column]),
    structure: { ...stream.structure, ...themesOf(stream.structure, kept) },
  };
}

/** The themes by the columns that are kept; a theme of which none is goes. */
function themesOf({ themes }: ForestParameters, kept: readonly number[]): Pick<ForestParameters, 'themes'> {
  if (themes === undefined) return {};
  const left = themes.map(({ theme, features }) => ({
    theme,
    features: features.map((column) => kept.indexOf(column)).filter((column) => column >= 0),
  }));
  return { themes: left.filter(({ features }) => features.length > 0) };
}

/** Rows of days `from` up to `to`, counted from the first day of the stream. */
export function rowsOfDays({ days, firstDay }: PaymentStream, from: number, to: number): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < days.length; row++)
    if (days[row] >= firstDay + from && days[row] < firstDay + to) rows.push(row);
  return Uint32Array.from(rows);
}

export function gather({ featureCount, values }: FeatureMatrix, rows: ArrayLike<number>): FeatureMatrix {
  const gathered = new Float32Array(new SharedArrayBuffer(4 * rows.length * featureCount));
  for (let at = 0; at < rows.length; at++)
    gathered.set(values.subarray(rows[at] * featureCount, (rows[at] + 1) * featureCount), at * featureCount);
  return { rowCount: rows.length, featureCount, values: gathered };
}

/**
 * The Handbook's test: rows of a week, three weeks after training began, without cards whose fraud was known by then (labels
 * come after seven days, counted from the first day of verdicts).
 */
export function testRows(stream: PaymentStream, start: number): Uint32Array {
  const { labels, cards, firstDay } = stream;
  const known = new Set<number>();
  const addFrauds = (from: number, to: number): void => {
    for (const row of rowsOfDays(stream, from, to)) if (labels[row] === FRAUD) known.add(cards[row]);
  };
  addFrauds(start + 7, start + 14);
  const rows: number[] = [];
  for (let day = 0; day < 7; day++) {
    if (day > 0) addFrauds(start + 13 + day, start + 14 + day);
    for (const row of rowsOfDays(stream, start + 21 + day, start + 22 + day))
      if (!known.has(cards[row])) rows.push(row);
  }
  if (firstDay < 0) throw new Error('The stream has no days.');
  return Uint32Array.from(rows);
}

export interface TestFigures {
  readonly auroc: number;
  readonly averagePrecision: number;
  readonly cardPrecision: number;
}

export function figuresOn(stream: PaymentStream, rows: Uint32Array, anomaly: Anomaly): TestFigures {
  const take = (of: Int32Array): Int32Array => Int32Array.from(rows, (row) => of[row]);
  const labels = Uint8Array.from(rows, (row) => stream.labels[row]);
  return {
    auroc: auroc(labels, anomaly) ?? NaN,
    averagePrecision: averagePrecision(labels, anomaly) ?? NaN,
    cardPrecision:
      cardPrecisionTopK({
        labels,
        anomaly,
        cards: take(stream.cards),
        days: take(stream.days),
        k: CARDS_PER_DAY,
      }).mean ?? NaN,
  };
}

export function sumsOf(forest: CompiledForest, features: FeatureMatrix): Int32Array {
  const sums = new Int32Array(features.rowCount);
  const scorer = createKernelScorer(forest) ?? { scoreSums: scoreSums.bind(null, forest) };
  scorer.scoreSums(features.values, features.rowCount, sums);
  return sums;
}

/** What is there to learn from after a week of verdicts. */
export interface VerdictWeek {
  readonly forest: CompiledForest;
  readonly parts: ForestParts;
  /** In the order of their ranks: all transactions of each day's first cards. */
  readonly judged: JudgedRows;
  readonly unjudged: UnjudgedRows;
}

/** Trains on the week of `start` and judges, on each day of the next, the cards that the forest ranks first. */
export async function verdictWeek(stream: PaymentStream, start: number, seed: number): Promise<VerdictWeek> {
  const parameters = { ...stream.structure, seed };
  const signal = new AbortController().signal;
  const forest = await trainForest(gather(stream.features, rowsOfDays(stream, start, start + 7)), parameters, {
    threads: 1,
    signal,
  });
  const week = rowsOfDays(stream, start + 7, start + 14);
  const sums = sumsOf(forest, gather(stream.features, week));
  const sumOfRow = new Map(Array.from(week, (row, at) => [row, sums[at]]));
  const judgedRows: number[] = [];
  const alerts: number[] = [];
  const found = new Set<number>();
  for (let day = 0; day < 7; day++) {
    const byCard = new Map<number, number[]>();
    for (const row of rowsOfDays(stream, start + 7 + day, start + 8 + day)) {
      const card = stream.cards[row];
      if (found.has(card)) continue;
      const rows = byCard.get(card);
      if (rows === undefined) byCard.set(card, [row]);
      else rows.push(row);
    }
    const leastSum = (rows: readonly number[]): number =>
      rows.reduce((least, row) => Math.min(least, sumOfRow.get(row) ?? Infinity), Infinity);
    const ranked = [...byCard]
      .map(([card, rows]) => ({ card, rows, sum: leastSum(rows) }))
      .sort((left, right) => left.sum - right.sum || left.card - right.card)
      .slice(0, CARDS_PER_DAY);
    for (const [place, { card, rows }] of ranked.entries()) {
      judgedRows.push(...rows);
      alerts.push(...rows.map(() => day * CARDS_PER_DAY + place));
      if (rows.some((row) => stream.labels[row] === FRAUD)) found.add(card);
    }
  }
  const taken = new Set(judgedRows);
  const random = randomStream(seed, start, 'simulation');
  const drawn: number[] = [];
  for (let draw = 0; draw < UNJUDGED_ROWS; draw++) {
    const row = week[random.nextInteger(week.length)];
    if (!taken.has(row)) drawn.push(row);
    taken.add(row);
  }
  const take = (rows: readonly number[]): Int32Array => Int32Array.from(rows, (row) => sumOfRow.get(row) ?? 0);
  const parts = partsOfForest(forest, parameters);
  const [judged, unjudged] = [judgedRows, drawn].map((rows) => gather(stream.features, rows));
  return {
    forest,
    parts,
    judged: {
      features: judged,
      partSums: partSumsOf(forest, parts, judged),
      sums: take(judgedRows),
      labels: Uint8Array.from(judgedRows, (row) => stream.labels[row]),
      entities: Int32Array.from(judgedRows, (row) => stream.cards[row]),
      alerts: Int32Array.from(alerts),
      days: Int32Array.from(judgedRows, (row) => stream.days[row]),
    },
    unjudged: { features: unjudged, sums: take(drawn), partSums: partSumsOf(forest, parts, unjudged) },
  };
}
