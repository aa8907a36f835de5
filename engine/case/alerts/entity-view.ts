import { usageError } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { EntitySide } from '../../../preload/contract/entities.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { rowsOfCode, type CaseArrays, type CodedColumn, type RowsByCode } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import type { ModelView } from '../model/model-view.ts';
import { transactionConditions, type RowCondition } from '../row-conditions.ts';
import { keyOfRow } from './alert-keys.ts';
import { alertRows, decidedAlerts, numberAt, textAt } from './alert-list.ts';
import { amountStrip } from './amount-strip.ts';
import { normalOf } from './own-normal.ts';

const mostNodes = 200;
const listedCounterparts = 50;
/** More points of one strip cannot be told apart. */
const mostPoints = 4000;

/** One side of the transactions: its column and its rows. */
interface Side {
  readonly column: CodedColumn;
  readonly rows: RowsByCode;
}

/** An entity of the case: its own side, the other one, and its transactions in stream order. */
interface FoundEntity {
  readonly side: EntitySide;
  readonly own: Side;
  readonly other: Side | null;
  readonly code: number;
  readonly rows: Uint32Array;
}

/** @throws AssayError WRONG_USE where the case knows no such entity. */
function findEntity(
  { arrays }: CaseSession,
  { entity, side }: { readonly entity: string; readonly side?: EntitySide | undefined },
): FoundEntity {
  const sides = {
    entity: sideOf(arrays.entity, arrays.rowsByEntity),
    counterpart: sideOf(arrays.counterpart, arrays.rowsByCounterpart),
  };
  const codeOn = (asked: EntitySide): number => sides[asked]?.column.dictionary.find(entity) ?? -1;
  const found = side ?? (codeOn('entity') >= 0 ? 'entity' : 'counterpart');
  const own = sides[found];
  const code = codeOn(found);
  if (own === null || code < 0)
    throw usageError('WRONG_USE', `The case knows no entity '${entity}'.`, 'Copy it from the list of alerts.');
  const other = sides[found === 'entity' ? 'counterpart' : 'entity'];
  return { side: found, own, other, code, rows: rowsOfCode(own.rows, code) };
}

function within(arrays: CaseArrays, filter: ParsedRequestInput<'entity.read'>['filter']): RowCondition {
  const conditions = transactionConditions(arrays, filter);
  return (row) => conditions.every((condition) => condition(row));
}

/**
 * An entity (or a counterpart: each is the other's other side), whom it deals with, and whom those deal with, flagged
 * ones and most transactions first, within a filter.
 * @throws AssayError WRONG_USE where the case knows no such entity.
 */
export function readEntity(
  session: CaseSession,
  input: ParsedRequestInput<'entity.read'>,
): RequestOutput<'entity.read'> {
  const { arrays } = session;
  const found = findEntity(session, input);
  const { own, other } = found;
  const { sums } = session.alerts(input.modelId).view;
  const { units } = session.model(input.modelId).threshold;
  const passes = within(arrays, input.filter);
  const rows = found.rows.filter(passes);
  const { amounts } = arrays;
  const counterparts = other === null ? [] : tally(rows, other.column.codes, sums, units, amounts);
  return {
    entity: input.entity,
    side: found.side,
    role: own.column.column.role,
    ownColumn: own.column.column.name,
    other: other === null ? null : { role: other.column.column.role, column: other.column.column.name },
    span: spanOf(arrays, found.rows),
    transactions: rows.length,
    flagged: rows.reduce((count, row) => count + (isFlagged(sums[row], units) ? 1 : 0), 0),
    totalAmount: amounts === null ? null : rows.reduce((sum, row) => sum + (amounts[row] || 0), 0),
    counterparts: counterparts.slice(0, listedCounterparts).map((entry) => ({
      text: other?.column.dictionary.textOf(entry.code) ?? '',
      transactions: entry.transactions,
      flagged: entry.flagged,
      amount: amounts === null ? null : entry.amount,
    })),
    counterpartCount: counterparts.length,
    links: other === null ? [] : linksOf(own, other, found.code, counterparts, passes),
  };
}

function spanOf({ times }: CaseArrays, rows: Uint32Array): { readonly fromMs: number; readonly toMs: number } | null {
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (const row of rows) {
    const time = times?.[row] ?? NaN;
    if (time < fromMs) fromMs = time;
    if (time > toMs) toMs = time;
  }
  return fromMs <= toMs ? { fromMs, toMs } : null;
}

/** The amounts of an entity over time; of very many, all that are marked and as many others at even distances. */
export function entityStrip(
  session: CaseSession,
  input: ParsedRequestInput<'entity.strip'>,
): RequestOutput<'entity.strip'> {
  const { arrays, decisions } = session;
  const { rows } = findEntity(session, input);
  const { sums } = session.alerts(input.modelId).view;
  const { units } = session.model(input.modelId).threshold;
  const isMarked = (row: number): boolean =>
    isFlagged(sums[row], units) ||
    decisions.verdictOfRow.has(row) ||
    decisions.keysWithNotes.has(keyOfRow(arrays, row));
  const timed = Array.from(inTime(arrays, rows)).filter((row) => !Number.isNaN(arrays.times?.[row] ?? NaN));
  const step = Math.max(1, Math.ceil(timed.length / mostPoints));
  const { fromMs, toMs } = spanOf(arrays, rows) ?? { fromMs: 0, toMs: 0 };
  return amountStrip(session, {
    ...{ modelId: input.modelId, fromMs, toMs },
    rows: timed.filter((row, index) => index % step === 0 || isMarked(row)),
    normal: normalOf(
      Float64Array.from(rows, (row) => arrays.amounts?.[row] ?? NaN),
      NaN,
    ),
  });
}

/** Rows by event time, equal or missing times by their place in the stream. */
function inTime({ times }: CaseArrays, rows: Uint32Array): Uint32Array {
  if (times === null) return rows;
  const timeOf = (row: number): number => (Number.isNaN(times[row]) ? -Infinity : times[row]);
  return rows.slice().sort((left, right) => {
    const [first, second] = [timeOf(left), timeOf(right)];
    return first === second ? left - right : first - second;
  });
}

/** A page of the transactions of an entity, newest first. */
export function entityTransactions(
  session: CaseSession,
  input: ParsedRequestInput<'entity.transactions'>,
): RequestOutput<'entity.transactions'> {
  const { arrays, decisions } = session;
  const { view, groups } = session.alerts(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const { rows, other } = findEntity(session, input);
  const listed = inTime(arrays, rows.filter(within(arrays, input.filter))).reverse();
  const start = input.after === undefined ? 0 : listed.indexOf(arrays.numbers.sequenceOf(input.after)) + 1;
  const page = listed.subarray(start, start + input.limit);
  const ids = arrays.ids(page);
  const end = start + page.length;
  return {
    rows: Array.from(page, (row, index) => {
      const group = groups.groupOfRow(row);
      return {
        sequence: arrays.numbers.numberOf(row),
        id: ids[index],
        timeMs: numberAt(arrays.times, row),
        amount: numberAt(arrays.amounts, row),
        other: textAt(other?.column ?? null, row),
        score: view.scoreOf(view.sums[row]),
        flagged: isFlagged(view.sums[row], units),
        verdict: decisions.verdictOfRow.get(row)?.kind ?? null,
        alertKey: group < 0 ? null : keyOfRow(arrays, groups.topSequences[group]),
      };
    }),
    total: listed.length,
    next: end < listed.length ? arrays.numbers.numberOf(page[page.length - 1]) : null,
  };
}

/**
 * The alerts in which an entity has a flagged transaction, newest first, with what was decided of each.
 * @param explain computes reasons of their most anomalous rows beforehand, as far as time allows
 */
export function entityAlerts(
  session: CaseSession,
  input: ParsedRequestInput<'entity.alerts'>,
  explain: (view: ModelView, sequences: readonly number[]) => void,
): RequestOutput<'entity.alerts'> {
  const { arrays } = session;
  const { view, groups } = session.alerts(input.modelId);
  const found = new Set<number>();
  for (const row of findEntity(session, input).rows) {
    const group = groups.groupOfRow(row);
    if (group >= 0) found.add(group);
  }
  const opening = (group: number): number => arrays.times?.[groups.openingRows[group]] ?? groups.openingRows[group];
  const listed = [...found].sort((left, right) => opening(right) - opening(left) || left - right).slice(0, input.limit);
  explain(
    view,
    listed.map((group) => groups.topSequences[group]),
  );
  const { decisions } = decidedAlerts(session, groups);
  const rows = alertRows(session, view, groups, listed).map((alert, index) => {
    const verdict = decisions.get(listed[index])?.verdict;
    return {
      alert,
      decision:
        verdict === undefined
          ? null
          : { kind: verdict.kind, reason: verdict.reason, decidedAtMs: verdict.atMs, decidedBy: verdict.by },
    };
  });
  return { rows, total: found.size };
}

function sideOf(column: CodedColumn | null, rows: RowsByCode | null): Side | null {
  return column === null || rows === null ? null : { column, rows };
}

interface Tally {
  readonly code: number;
  transactions: number;
  flagged: number;
  amount: number;
}

/** Transactions by the code on the other side, flagged ones first, then the most frequent. */
function tally(
  rows: Uint32Array,
  codes: Int32Array,
  sums: Int32Array,
  units: number,
  amounts: Float64Array | null,
): readonly Tally[] {
  const byCode = new Map<number, Tally>();
  for (const row of rows) {
    const code = codes[row];
    if (code < 0) continue;
    const entry = byCode.get(code) ?? { code, transactions: 0, flagged: 0, amount: 0 };
    entry.transactions++;
    if (isFlagged(sums[row], units)) entry.flagged++;
    entry.amount += amounts === null || Number.isNaN(amounts[row]) ? 0 : amounts[row];
    byCode.set(code, entry);
  }
  return [...byCode.values()].sort(
    (left, right) => right.flagged - left.flagged || right.transactions - left.transactions || left.code - right.code,
  );
}

/** The entity's own links first, then those of its counterparts, as long as the nodes stay few. */
function linksOf(
  own: Side,
  other: Side,
  code: number,
  counterparts: readonly Tally[],
  passes: RowCondition,
): RequestOutput<'entity.read'>['links'] {
  const ownText = own.column.dictionary.textOf(code);
  const near = counterparts.slice(0, listedCounterparts);
  const nodes = new Set([`own ${code}`, ...near.map((entry) => `other ${entry.code}`)]);
  const links = near.map((entry) => ({
    from: ownText,
    to: other.column.dictionary.textOf(entry.code),
    transactions: entry.transactions,
  }));
  for (const entry of near) {
    const further = new Map<number, number>();
    for (const row of rowsOfCode(other.rows, entry.code)) {
      const neighbour = own.column.codes[row];
      if (neighbour >= 0 && neighbour !== code && passes(row))
        further.set(neighbour, (further.get(neighbour) ?? 0) + 1);
    }
    const most = [...further].sort((left, right) => right[1] - left[1] || left[0] - right[0]).slice(0, 5);
    for (const [neighbour, transactions] of most) {
      const node = `own ${neighbour}`;
      if (!nodes.has(node) && nodes.size >= mostNodes) continue;
      nodes.add(node);
      links.push({
        from: own.column.dictionary.textOf(neighbour),
        to: other.column.dictionary.textOf(entry.code),
        transactions,
      });
    }
  }
  return links;
}
