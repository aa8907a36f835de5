import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import type { Density, TransactionFilter } from '../../../preload/contract/transactions.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { NO_DAY } from '../../forest/tuning.ts';
import { rowsOfCode, type CaseArrays } from '../case-arrays.ts';
import { transactionRows } from '../case-overview.ts';
import type { CaseSession } from '../case-session.ts';
import { amountBins, evenEdges, exactBin, NO_BIN, scoreBins, type BinnedRows } from './binned-rows.ts';
import { filteredRows, rowFilter } from './filtered-rows.ts';
import { TIME_BINS } from './tiles.ts';

type Filtered<Name extends 'explore.scoreOverTime'> = ParsedRequestInput<Name>;

const dayMs = 86_400_000;

/** Density of transactions over time and score. */
export function scoreOverTime(session: CaseSession, input: Filtered<'explore.scoreOverTime'>): Density {
  return density(session, input, scoreBins(session.view(input.modelId)));
}

/** Density of transactions over time and amount; amounts that span much are binned by their logarithm. */
export function amountOverTime(session: CaseSession, input: Filtered<'explore.scoreOverTime'>): Density {
  const { arrays } = session;
  const amounts = amountBins(arrays);
  return amounts === null ? emptyDensity() : density(session, input, amounts);
}

/** Counts rows by bin of time and of value. */
function density(session: CaseSession, input: Filtered<'explore.scoreOverTime'>, values: BinnedRows): Density {
  const { arrays } = session;
  const { first, last } = rangeOfTime(arrays, input.filter);
  const xEdges = evenEdges(first, last, TIME_BINS);
  const yCount = values.edges.length - 1;
  const counts = new Uint32Array(TIME_BINS * yCount);
  const flaggedCounts = new Uint32Array(TIME_BINS * yCount);
  const { sums } = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const { times } = arrays;
  const start = xEdges[0];
  const scale = TIME_BINS / (xEdges[TIME_BINS] - start);
  const { bins } = values;
  const rows = filteredRows(arrays, input.filter);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    const y = bins[row];
    const time = times === null ? row : times[row];
    if (y === NO_BIN || Number.isNaN(time)) continue;
    const cell = y * TIME_BINS + exactBin(time, xEdges, (time - start) * scale);
    counts[cell]++;
    if (isFlagged(sums[row], units)) flaggedCounts[cell]++;
  }
  return { xEdges, yEdges: values.edges.slice(), counts, flaggedCounts, withoutTime: withoutTime(arrays, rows) };
}

/** The time axis: the filter's range where given, else all of the stream; rows where there are no times. */
function rangeOfTime(arrays: CaseArrays, filter: TransactionFilter): { readonly first: number; readonly last: number } {
  if (arrays.times === null) return { first: 0, last: Math.max(1, arrays.rowCount) };
  const first = Math.max(filter.fromMs ?? -Infinity, arrays.timeSpan?.first ?? 0);
  const last = Math.min(filter.toMs ?? Infinity, arrays.timeSpan?.last ?? 0);
  return { first, last };
}

/** Entities with flagged transactions, most flagged first, with their highest score of each day. */
export function lanes(
  session: CaseSession,
  input: ParsedRequestInput<'explore.lanes'>,
): RequestOutput<'explore.lanes'> {
  const { arrays } = session;
  const { entity, rowsByEntity, days, distinctDays } = arrays;
  const dayStartsMs = Array.from(distinctDays, (day) => arrays.clock.instantOfLocal(day * dayMs));
  if (entity === null || rowsByEntity === null) return { dayStartsMs, lanes: [], withoutTime: 0, next: null, total: 0 };
  const view = session.view(input.modelId);
  const passes = rowFilter(arrays, input.filter);
  const flagged = new Uint32Array(entity.dictionary.size);
  for (const row of session.alerts(input.modelId).groups.rows)
    if (entity.codes[row] >= 0 && passes(row)) flagged[entity.codes[row]]++;
  const search = input.search?.toLowerCase() ?? '';
  const ranked = Array.from(flagged.keys())
    .filter((code) => flagged[code] > 0 && entity.dictionary.textOf(code).toLowerCase().includes(search))
    .sort((left, right) => flagged[right] - flagged[left] || left - right);
  const start = input.after ?? 0;
  const end = start + input.limit;
  const places = new Map(Array.from(distinctDays, (day, place) => [day, place]));
  return {
    dayStartsMs,
    lanes: ranked.slice(start, end).map((code) => {
      const leastSums = new Float64Array(distinctDays.length).fill(NaN);
      for (const row of rowsOfCode(rowsByEntity, code)) {
        const place = places.get(days?.[row] ?? NO_DAY);
        if (place === undefined || !passes(row)) continue;
        if (!(leastSums[place] <= view.sums[row])) leastSums[place] = view.sums[row];
      }
      return {
        entity: entity.dictionary.textOf(code),
        flagged: flagged[code],
        maximumScore: leastSums.map((sum) => (Number.isNaN(sum) ? NaN : view.scoreOf(sum))),
      };
    }),
    withoutTime: withoutTime(arrays, filteredRows(arrays, input.filter)),
    next: end < ranked.length ? end : null,
    total: ranked.length,
  };
}

/** The transactions within a filter, in stream order. */
export function exploreRows(
  session: CaseSession,
  input: ParsedRequestInput<'explore.rows'>,
): RequestOutput<'explore.rows'> {
  const rows = filteredRows(session.arrays, input.filter);
  const after = input.after ?? -1;
  let start = 0;
  let end = rows.length;
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (rows[middle] <= after) start = middle + 1;
    else end = middle;
  }
  const page = Array.from(rows.subarray(start, start + input.limit));
  return {
    ...transactionRows(session, page, input.modelId),
    next: start + page.length < rows.length ? (page.at(-1) ?? null) : null,
    total: rows.length,
  };
}

/** How many of the rows have no event time, where others have one. */
function withoutTime({ times, withoutTime: all }: CaseArrays, rows: Uint32Array): number {
  if (times === null || all === 0) return 0;
  return rows.reduce((count, row) => count + Number(Number.isNaN(times[row])), 0);
}

function emptyDensity(): Density {
  return {
    xEdges: new Float64Array(0),
    yEdges: new Float64Array(0),
    counts: new Uint32Array(0),
    flaggedCounts: new Uint32Array(0),
    withoutTime: 0,
  };
}
