import { usageError } from '../../domain/error.ts';
import { USUAL_DRAW } from '../../domain/exploration.ts';
import type { ProfileColumn } from '../../domain/profile.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import { estimateMissedFraud, FEWEST_JUDGED, type MissedFraud } from '../../evaluation/missed-fraud.ts';
import type { BelowLineRow, BelowLineReport } from '../../../preload/contract/below-line.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { drawBelowLine } from './below-line-draw.ts';
import { transactionFacts } from './alert-facts.ts';
import { keyOfRow, keysOfRow, rowOfKey } from './alert-keys.ts';
import { currencyOf, entityRowsOf, numberAt, textAt } from './alert-list.ts';
import type { AlertGroups } from './alert-groups.ts';
import { drawChances, NOTHING_EXPLORED } from './exploration.ts';
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
  /** Null where it is unsure. */
  readonly label: 0 | 1 | null;
  readonly chance: number;
}

function judgedByChance(
  session: CaseSession,
  { modelId, rowsBelow: below, sequences, seed }: DrawnBelow,
): { readonly inQueue: readonly number[]; readonly verdicts: readonly VerdictByChance[] } {
  const { arrays, decisions } = session;
  // Another seed draws other rows, which do not make one sample with those of the queue.
  const explored = seed === USUAL_DRAW.seed ? session.explored(modelId) : NOTHING_EXPLORED;
  const inQueue = explored.rows.map(({ row }) => row);
  const judged = [...new Set([...sequences, ...inQueue])].filter((row) => decisions.verdictOfRow.has(row));
  const sample = { sequences, rowsBelow: below };
  const { isDrawn, chanceOf } = drawChances({ explored, sample, days: arrays.days, judged });
  const verdicts = judged.filter(isDrawn).flatMap((row) => {
    const verdict = decisions.verdictOfRow.get(row);
    return verdict === undefined ? [] : [{ label: labelOfVerdict(verdict.kind), chance: chanceOf(row) }];
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

/** What is drawn below the line of a model unless another draw is asked for. */
export function usualSample(
  session: CaseSession,
  modelId: number,
): { readonly sequences: readonly number[]; readonly rowsBelow: number } {
  const view = session.view(modelId);
  const { groups } = session.alerts(modelId);
  const sequences = drawOnce(view, groups, session.model(modelId).threshold.units, USUAL_DRAW);
  return { sequences, rowsBelow: rowsBelow(view, groups) };
}

/** Transactions of a model that are not flagged. */
function rowsBelow(view: ModelView, { rows, explored }: AlertGroups): number {
  return view.sums.length - (rows.length - explored.length);
}

function aWeek({ frauds, low, high }: MissedFraud, weeks: number): Omit<MissedFraud, 'moreToHalve'> {
  return { frauds: frauds / weeks, low: low / weeks, high: high / weeks };
}
