import type { Density, ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { NO_DAY } from '../../forest/tuning.ts';
import { rowsOfCode, type CaseArrays } from './case-arrays.ts';
import { transactionRows } from './case-overview.ts';
import type { CaseSession } from './case-session.ts';
import { FEATURE_BINS, featureBins } from './feature-bins.ts';

type ExploreFilter = ParsedRequestInput<'explore.rows'>['filter'];
type Filtered<Name extends 'explore.scoreOverTime'> = ParsedRequestInput<Name>;

const timeBins = 160;
const valueBins = 64;
const hoursOfWeek = 168;
const dayMs = 86_400_000;
/** Amounts that span more than this factor are binned by their logarithm. */
const logarithmicSpan = 100;

/** Density of transactions over time and score. */
export function scoreOverTime(session: CaseSession, input: Filtered<'explore.scoreOverTime'>): Density {
  const view = session.view(input.modelId);
  const { sums } = view;
  let least = Infinity;
  let greatest = -Infinity;
  for (const sum of sums) {
    if (sum < least) least = sum;
    if (sum > greatest) greatest = sum;
  }
  const low = sums.length === 0 ? 0 : view.scoreOf(greatest);
  const high = sums.length === 0 ? 1 : view.scoreOf(least);
  const edges = evenEdges(low, high, valueBins);
  // Scores fall as sums rise: each edge as the sum it stands for turns a row's bin into a search among integers.
  const sumAtEdge = Float64Array.from(edges, (edge) => -Math.log2(edge) * unitsAtHalf(view.scoreOf.bind(view)));
  return density(session, input, edges, (row) => binOfFalling(sumAtEdge, sums[row]));
}

/** The sum whose score is one half, found from the score of a known sum. */
function unitsAtHalf(scoreOf: (sum: number) => number): number {
  const probe = 1 << 20;
  return probe / -Math.log2(scoreOf(probe));
}

/** The bin of a value among falling edges; both ends belong to their bins. */
function binOfFalling(fallingEdges: Float64Array, value: number): number {
  let low = 0;
  let high = fallingEdges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (fallingEdges[middle] >= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Density of transactions over time and amount; amounts that span much are binned by their logarithm. */
export function amountOverTime(session: CaseSession, input: Filtered<'explore.scoreOverTime'>): Density {
  const { amounts } = session.arrays;
  if (amounts === null) return emptyDensity();
  let least = Infinity;
  let greatest = -Infinity;
  let leastPositive = Infinity;
  for (const amount of amounts) {
    if (amount < least) least = amount;
    if (amount > greatest) greatest = amount;
    if (amount > 0 && amount < leastPositive) leastPositive = amount;
  }
  if (!(least <= greatest)) return emptyDensity();
  if (least >= 0 && greatest / leastPositive > logarithmicSpan) {
    const low = Math.log(leastPositive);
    const logEdges = evenEdges(low, Math.log(greatest), valueBins);
    const edges = logEdges.map(Math.exp);
    edges[0] = least;
    edges[valueBins] = greatest;
    const scale = valueBins / (logEdges[valueBins] - low);
    return density(session, input, edges, (row) => (Math.log(amounts[row]) - low) * scale);
  }
  const edges = evenEdges(least, greatest, valueBins);
  const scale = valueBins / (edges[valueBins] - edges[0]);
  return density(session, input, edges, (row) => (amounts[row] - edges[0]) * scale);
}

/** Counts rows by bin of time and of value; `valueBin` may lie outside by rounding and is cut to the bins there are. */
function density(
  session: CaseSession,
  input: Filtered<'explore.scoreOverTime'>,
  yEdges: Float64Array,
  valueBin: (row: number) => number,
): Density {
  const { arrays } = session;
  const { times } = arrays;
  const { first, last } = rangeOfTime(arrays, input.filter);
  const xEdges = evenEdges(first, last, timeBins);
  const xScale = timeBins / (xEdges[timeBins] - xEdges[0]);
  const yCount = yEdges.length - 1;
  const counts = new Uint32Array(timeBins * yCount);
  const flaggedCounts = new Uint32Array(timeBins * yCount);
  const { sums } = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  forEachRow(arrays, input.filter, (row) => {
    const y = Math.floor(valueBin(row));
    if (Number.isNaN(y)) return;
    const time = times?.[row] ?? row;
    const x = Math.min(Math.floor((time - xEdges[0]) * xScale), timeBins - 1);
    if (!(x >= 0)) return;
    const cell = Math.min(Math.max(y, 0), yCount - 1) * timeBins + x;
    counts[cell]++;
    if (sums[row] <= units) flaggedCounts[cell]++;
  });
  return { xEdges, yEdges, counts, flaggedCounts };
}

/** The time axis: the filter's range where given, else all of the stream; rows where there are no times. */
function rangeOfTime(arrays: CaseArrays, filter: ExploreFilter): { readonly first: number; readonly last: number } {
  if (arrays.times === null) return { first: 0, last: Math.max(1, arrays.rowCount) };
  const first = Math.max(filter.fromMs ?? -Infinity, arrays.timeSpan?.first ?? 0);
  const last = Math.min(filter.toMs ?? Infinity, arrays.timeSpan?.last ?? 0);
  return { first, last };
}

/** Transactions by local hour of the week, Monday 00:00 first: 168 counts. */
export function hourByWeekday(
  session: CaseSession,
  input: ParsedRequestInput<'explore.hourByWeekday'>,
): RequestOutput<'explore.hourByWeekday'> {
  const { arrays } = session;
  const { sums } = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const hours = arrays.hoursOfWeek;
  const counts = new Uint32Array(hoursOfWeek);
  const flagged = new Uint32Array(hoursOfWeek);
  forEachRow(arrays, input.filter, (row) => {
    const hour = hours[row];
    if (hour >= hoursOfWeek) return;
    counts[hour]++;
    if (sums[row] <= units) flagged[hour]++;
  });
  return { counts, flagged };
}

/** Entities with flagged transactions, most flagged first, with their highest score of each day. */
export function lanes(
  session: CaseSession,
  input: ParsedRequestInput<'explore.lanes'>,
): RequestOutput<'explore.lanes'> {
  const { arrays } = session;
  const { entity, rowsByEntity, days, distinctDays } = arrays;
  const dayStartsMs = Array.from(distinctDays, (day) => arrays.clock.instantOfLocal(day * dayMs));
  if (entity === null || rowsByEntity === null) return { dayStartsMs, lanes: [], next: null };
  const view = session.view(input.modelId);
  const passes = rowFilter(arrays, input.filter);
  const flagged = new Uint32Array(entity.dictionary.size);
  for (const row of view.tuningIndex(session.labels).flaggedRows(session.model(input.modelId).threshold.units))
    if (entity.codes[row] >= 0 && passes(row)) flagged[entity.codes[row]]++;
  const ranked = Array.from(flagged.keys())
    .filter((code) => flagged[code] > 0)
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
    next: end < ranked.length ? end : null,
  };
}

/** How each feature is distributed among the flagged transactions and among the rest. */
export function featureDistributions(
  session: CaseSession,
  input: ParsedRequestInput<'explore.features'>,
): RequestOutput<'explore.features'> {
  const { arrays } = session;
  const view = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const { edges, bins } = featureBins(view, arrays);
  const rows = filteredRows(arrays, input.filter);
  const isFlagged = Uint8Array.from(rows, (row) => (view.sums[row] <= units ? 1 : 0));
  return view.words.map(({ name }, feature) => {
    const column = bins[feature];
    const counts = [new Uint32Array(256), new Uint32Array(256)];
    for (let index = 0; index < rows.length; index++) counts[isFlagged[index]][column[rows[index]]]++;
    return {
      name,
      edges: edges[feature],
      rest: counts[0].slice(0, FEATURE_BINS),
      flagged: counts[1].slice(0, FEATURE_BINS),
    };
  });
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

function filteredRows(arrays: CaseArrays, filter: ExploreFilter): Uint32Array {
  const rows = new Uint32Array(arrays.rowCount);
  let count = 0;
  forEachRow(arrays, filter, (row) => (rows[count++] = row));
  return rows.slice(0, count);
}

function forEachRow(arrays: CaseArrays, filter: ExploreFilter, visit: (row: number) => void): void {
  const passes = rowFilter(arrays, filter);
  for (let row = 0; row < arrays.rowCount; row++) if (passes(row)) visit(row);
}

/** A row without a time or an amount passes only where nothing is asked of it. */
function rowFilter(arrays: CaseArrays, filter: ExploreFilter): (row: number) => boolean {
  const { times, amounts } = arrays;
  const asksTime = filter.fromMs !== undefined || filter.toMs !== undefined;
  const asksAmount = filter.minimumAmount !== undefined || filter.maximumAmount !== undefined;
  const from = filter.fromMs ?? -Infinity;
  const to = filter.toMs ?? Infinity;
  const least = filter.minimumAmount ?? -Infinity;
  const greatest = filter.maximumAmount ?? Infinity;
  if (!asksTime && !asksAmount) return () => true;
  return (row) =>
    (!asksTime || (times !== null && times[row] >= from && times[row] <= to)) &&
    (!asksAmount || (amounts !== null && amounts[row] >= least && amounts[row] <= greatest));
}

/** `bins + 1` edges; a range without width gets one. */
function evenEdges(low: number, high: number, bins: number): Float64Array {
  const from = Number.isFinite(low) ? low : 0;
  const to = Number.isFinite(high) && high > from ? high : from + 1;
  return Float64Array.from({ length: bins + 1 }, (_, edge) =>
    edge === bins ? to : from + ((to - from) * edge) / bins,
  );
}

function emptyDensity(): Density {
  return {
    xEdges: new Float64Array(0),
    yEdges: new Float64Array(0),
    counts: new Uint32Array(0),
    flaggedCounts: new Uint32Array(0),
  };
}
