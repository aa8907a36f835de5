import { usageError } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { rowsOfCode, type CodedColumn, type RowsByCode } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';

const mostNodes = 200;
const listedCounterparts = 50;

/** One side of the transactions: its column and its rows. */
interface Side {
  readonly column: CodedColumn;
  readonly rows: RowsByCode;
}

/**
 * An entity (or a counterpart: each is the other's other side), whom it deals with, and whom those deal with, most
 * transactions first.
 * @throws AssayError WRONG_USE where the case knows no such entity.
 */
export function readEntity(
  session: CaseSession,
  input: ParsedRequestInput<'entity.read'>,
): RequestOutput<'entity.read'> {
  const { arrays } = session;
  const { sums } = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const entitySide = sideOf(arrays.entity, arrays.rowsByEntity);
  const counterpartSide = sideOf(arrays.counterpart, arrays.rowsByCounterpart);
  const isEntity = (entitySide?.column.dictionary.find(input.entity) ?? -1) >= 0;
  const [own, other] = isEntity ? [entitySide, counterpartSide] : [counterpartSide, entitySide];
  const code = own?.column.dictionary.find(input.entity) ?? -1;
  if (own === null || code < 0)
    throw usageError('WRONG_USE', `The case knows no entity '${input.entity}'.`, 'Copy it from the list of alerts.');

  const rows = rowsOfCode(own.rows, code);
  const { amounts } = arrays;
  const counterparts = other === null ? [] : tally(rows, other.column.codes, sums, units, amounts);
  return {
    entity: input.entity,
    role: own.column.column.role,
    transactions: rows.length,
    flagged: rows.reduce((count, row) => count + (isFlagged(sums[row], units) ? 1 : 0), 0),
    totalAmount: amounts === null ? null : rows.reduce((sum, row) => sum + (amounts[row] || 0), 0),
    counterparts: counterparts.slice(0, listedCounterparts).map((entry) => ({
      text: other?.column.dictionary.textOf(entry.code) ?? '',
      transactions: entry.transactions,
      flagged: entry.flagged,
      amount: amounts === null ? null : entry.amount,
    })),
    links: other === null ? [] : linksOf(own, other, code, counterparts),
  };
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
      if (neighbour >= 0 && neighbour !== code) further.set(neighbour, (further.get(neighbour) ?? 0) + 1);
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
