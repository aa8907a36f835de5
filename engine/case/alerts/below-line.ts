import { usageError } from '../../domain/error.ts';
import { USUAL_DRAW } from '../../domain/exploration.ts';
import type { ProfileColumn } from '../../domain/profile.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import { NO_DAY } from '../../forest/tuning.ts';
import {
  estimateMissedFraud,
  FEWEST_JUDGED,
  type JudgedByChance,
  type MissedFraud,
} from '../../evaluation/missed-fraud.ts';
import type { BelowLineRow, BelowLineReport } from '../../../preload/contract/below-line.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { drawBelowLine } from './below-line-draw.ts';
import { transactionFacts } from './alert-facts.ts';
import { keyOfRow, keysOfRow, rowOfKey } from './alert-keys.ts';
import { currencyOf, entityRowsOf, numberAt, textAt } from './alert-list.ts';
import type { AlertGroups } from './alert-groups.ts';
import type { CaseSession } from '../case-session.ts';
import { keepNewest, type ModelView } from '../model/model-view.ts';

/** The sample is this large at most, unless its size is said. */
const MOST_SAMPLED = 200;
const DAYS_A_WEEK = 7;
const CACHED_DRAWS = 4;

type Sample = ParsedRequestInput<'belowLine.read'>['sample'];

/** Drawn once per threshold and choice: going over a million rows takes longer than a request may. */
const draws = new WeakMap<AlertGroups, Map<string, readonly number[]>>();

/** The sample below the line of a model, with the verdicts given so far and what they say of missed fraud. */
export function readBelowLine(
  session: CaseSession,
  { modelId, sample }: ParsedRequestInput<'belowLine.read'>,
): RequestOutput<'belowLine.read'> {
  const view = session.view(modelId);
  const { groups } = session.alerts(modelId);
  const { units } = session.model(modelId).threshold;
  const sequences = drawOnce(view, groups, units, sample);
  const rows = belowLineRows(session, sequences);
  return {
    rows,
    report: reportOf(session, { modelId, rowsBelow: rowsBelow(view, groups), sequences, seed: sample.seed }),
  };
}

/** @throws AssayError WRONG_USE where the key is not that of one transaction. */
export function readBelowLineDetail(
  session: CaseSession,
  { modelId, key }: ParsedRequestInput<'belowLine.detail'>,
): RequestOutput<'belowLine.detail'> {
  const { arrays, openCase } = session;
  const sequence = rowOfKey(arrays, key);
  if (sequence < 0) throw usageError('WRONG_USE', `'${key}' is not a transaction of this case.`, 'Reload the list.');
  const entityRows = entityRowsOf(arrays, sequence, Uint32Array.of(sequence));
  const [cells] = arrays.cells([sequence]);
  return {
    key,
    facts: transactionFacts({ session, view: session.view(modelId), sequence, entityRows }),
    cells: arrays.decodedColumns.flatMap((column, index) =>
      isBlind(column) && cells[index] !== '' ? [{ name: column.name, value: cells[index] }] : [],
    ),
    notes: openCase.decisions
      .notes(keysOfRow(arrays, sequence))
      .map((note) => ({ id: note.id, text: note.text, writtenAtMs: note.atMs, writtenBy: note.by })),
  };
}

/** Whether a column may be seen by somebody who is to judge for himself. */
function isBlind({ role }: ProfileColumn): boolean {
  return role !== 'label' && role !== 'ignored';
}

function drawOnce(view: ModelView, groups: AlertGroups, thresholdUnits: number, sample: Sample): readonly number[] {
  const below = rowsBelow(view, groups);
  const count = Math.min(below, sample.rows ?? Math.min(MOST_SAMPLED, Math.ceil(below * sample.share)));
  const known = draws.get(groups) ?? new Map<string, readonly number[]>();
  draws.set(groups, known);
  const name = `${count} ${sample.seed}`;
  const drawn =
    known.get(name) ??
    drawBelowLine({ sums: view.sums, thresholdUnits, modelDigest: view.digest, seed: sample.seed, count });
  keepNewest(known, CACHED_DRAWS - 1);
  known.set(name, drawn);
  return drawn;
}

function belowLineRows({ arrays, decisions }: CaseSession, sequences: readonly number[]): readonly BelowLineRow[] {
  const ids = arrays.ids(sequences);
  return sequences.map((sequence, index) => {
    const key = keyOfRow(arrays, sequence);
    return {
      key,
      id: ids[index],
      entity: textAt(arrays.entity, sequence) ?? ids[index],
      amount: numberAt(arrays.amounts, sequence),
      currency: currencyOf(arrays, sequence),
      timeMs: numberAt(arrays.times, sequence),
      counterpart: textAt(arrays.counterpart, sequence),
      verdict: decisions.verdictOfRow.get(sequence)?.kind ?? null,
      snoozedUntilMs: decisions.snoozes.get(key) ?? null,
      hasNote: decisions.keysWithNotes.has(key),
    };
  });
}

/** What was drawn from below the line of a model. */
interface DrawnBelow {
  readonly modelId: number;
  readonly rowsBelow: number;
  readonly sequences: readonly number[];
  readonly seed: number;
}

/** A verdict on a transaction that was drawn, and the probability with which it was. */
interface VerdictByChance {
  readonly row: number;
  /** Null where it is unsure. */
  readonly label: 0 | 1 | null;
  readonly chance: number;
}

function judgedByChance(
  session: CaseSession,
  { modelId, rowsBelow: below, sequences, seed }: DrawnBelow,
): { readonly inQueue: readonly number[]; readonly verdicts: readonly VerdictByChance[] } {
  const { arrays, decisions } = session;
  const explored = session.explored(modelId);
  // Another seed draws other rows, which do not make one sample with those of the queue.
  const inQueue = seed === USUAL_DRAW.seed ? explored.rows.map(({ row }) => row) : [];
  const ofSample = sequences.length / Math.max(below, 1);
  const chanceOf = (row: number): number => {
    const ofDay = inQueue.length === 0 ? undefined : explored.drawnOfDay.get(arrays.days?.[row] ?? NO_DAY);
    return Math.max(ofSample, ofDay === undefined ? 0 : ofDay.drawn / ofDay.eligible);
  };
  const verdicts = [...new Set([...sequences, ...inQueue])].flatMap((row) => {
    const verdict = decisions.verdictOfRow.get(row);
    return verdict === undefined ? [] : [{ row, label: labelOfVerdict(verdict.kind), chance: chanceOf(row) }];
  });
  return { inQueue, verdicts };
}

/**
 * What is known of the sample and of what stands in the queue by chance, which is a part of one and the same draw: each
 * counts for as many transactions as it was drawn from.
 */
function reportOf(session: CaseSession, drawn: DrawnBelow): BelowLineReport {
  const { arrays } = session;
  const { rowsBelow: rows, sequences } = drawn;
  const { inQueue, verdicts } = judgedByChance(session, drawn);
  const judged = verdicts.flatMap(({ label, chance }) => (label === null ? [] : [{ isFraud: label === 1, chance }]));
  const days = arrays.distinctDays.length;
  const weeks = days === 0 ? null : days / DAYS_A_WEEK;
  const missed = estimateMissedFraud(rows, judged);
  return {
    rowsBelow: rows,
    sampled: sequences.length,
    inQueue: inQueue.length,
    judged: judged.length,
    frauds: judged.filter(({ isFraud }) => isFraud).length,
    unsure: verdicts.length - judged.length,
    fewestJudged: FEWEST_JUDGED,
    weeks,
    missed: missed === null ? null : { ...missed, perWeek: weeks === null ? null : aWeek(missed, weeks) },
  };
}

/**
 * For how many transactions each judged one stands in figures by verdicts: one of the alerts for itself, one that was drawn from
 * below the line for as many as it was drawn from. Null with too few verdicts on what was drawn.
 */
export function verdictWeights(session: CaseSession, modelId: number): Float64Array | null {
  const { rowsBelow: below, judged } = judgedSample(session, modelId);
  if (judged.length < FEWEST_JUDGED) return null;
  const whole = judged.reduce((sum, { chance }) => sum + 1 / chance, 0);
  const weights = new Float64Array(session.arrays.rowCount).fill(1);
  for (const { row, chance } of judged) weights[row] = below / (chance * whole);
  return weights;
}

/** Verdicts of fraud or not on what was drawn from below the line of a model, by the usual sample and in the queue. */
export function judgedSample(
  session: CaseSession,
  modelId: number,
): { readonly rowsBelow: number; readonly judged: readonly (JudgedByChance & { readonly row: number })[] } {
  const view = session.view(modelId);
  const { groups } = session.alerts(modelId);
  const sequences = drawOnce(view, groups, session.model(modelId).threshold.units, USUAL_DRAW);
  const drawn = { modelId, rowsBelow: rowsBelow(view, groups), sequences, seed: USUAL_DRAW.seed };
  const { verdicts } = judgedByChance(session, drawn);
  return {
    rowsBelow: drawn.rowsBelow,
    judged: verdicts.flatMap(({ row, label, chance }) =>
      label === null ? [] : [{ row, isFraud: label === 1, chance }],
    ),
  };
}

/** Transactions of a model that are not flagged. */
function rowsBelow(view: ModelView, { rows, explored }: AlertGroups): number {
  return view.sums.length - (rows.length - explored.length);
}

function aWeek({ frauds, low, high }: MissedFraud, weeks: number): Omit<MissedFraud, 'moreToHalve'> {
  return { frauds: frauds / weeks, low: low / weeks, high: high / weeks };
}
