import { usageError } from '../../domain/error.ts';
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
  const { view, groups } = session.alerts(modelId);
  const { units } = session.model(modelId).threshold;
  const sequences = drawOnce(view, groups, units, sample);
  const rows = belowLineRows(session, sequences);
  return { rows, report: reportOf(session, view.sums.length - groups.rows.length, rows) };
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
  const below = view.sums.length - groups.rows.length;
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

function reportOf(session: CaseSession, rowsBelow: number, rows: readonly BelowLineRow[]): BelowLineReport {
  const verdicts = rows.flatMap(({ verdict }) => (verdict === null ? [] : [labelOfVerdict(verdict)]));
  const labels = verdicts.filter((label) => label !== null);
  const judged = labels.length;
  const frauds = labels.filter((label) => label === 1).length;
  const days = session.arrays.distinctDays.length;
  const weeks = days === 0 ? null : days / DAYS_A_WEEK;
  const missed = estimateMissedFraud({ rows: rowsBelow, judged, frauds });
  return {
    rowsBelow,
    sampled: rows.length,
    judged,
    frauds,
    unsure: verdicts.length - judged,
    fewestJudged: FEWEST_JUDGED,
    weeks,
    missed: missed === null ? null : { ...missed, perWeek: weeks === null ? null : aWeek(missed, weeks) },
  };
}

function aWeek({ frauds, low, high }: MissedFraud, weeks: number): Omit<MissedFraud, 'moreToHalve'> {
  return { frauds: frauds / weeks, low: low / weeks, high: high / weeks };
}
