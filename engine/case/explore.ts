import type { ParsedRequestInput, RequestOutput } from '../../preload/contract/requests.ts';
import type { Density, TransactionFilter } from '../../preload/contract/transactions.ts';
import { isFlagged } from '../forest/threshold.ts';
import { NO_DAY } from '../forest/tuning.ts';
import { rowsOfCode, type CaseArrays } from './case-arrays.ts';
import { transactionRows } from './case-overview.ts';
import type { CaseSession } from './case-session.ts';
import { countBins, featureBins } from './model/feature-bins.ts';
import type { ModelView } from './model/model-view.ts';
import { transactionConditions, type RowCondition } from './row-conditions.ts';

type Filtered<Name extends 'explore.scoreOverTime'> = ParsedRequestInput<Name>;

const timeBins = 160;
const valueBins = 64;
const hoursOfWeek = 168;
const NO_BIN = 255;
const dayMs = 86_400_000;
/** Amounts that span more than this factor are binned by their logarithm. */
const logarithmicSpan = 100;

/** Density of transactions over time and score. */
export function scoreOverTime(session: CaseSession, input: Filtered<'explore.scoreOverTime'>): Density {
  return density(session, input, scoreBins(session.view(input.modelId)));
}

/** Density of transactions over time and amount; amounts that span much are binned by their logarithm. */
export function amountOverTime(session: CaseSession, input: Filtered<'explore.scoreOverTime'>): Density {
  const { arrays } = session;
  return arrays.amounts === null ? emptyDensity() : density(session, input, amountBins(arrays, arrays.amounts));
}

/** One byte per row: its place among the edges, or NO_BIN. */
interface Binned {
  readonly edges: Float64Array;
  readonly bins: Uint8Array;
}

const scoreBinsOf = new WeakMap<ModelView, Binned>();
const amountBinsOf = new WeakMap<CaseArrays, Binned>();

function scoreBins(view: ModelView): Binned {
  const known = scoreBinsOf.get(view);
  if (known !== undefined) return known;
  const { sums } = view;
  let least = Infinity;
  let greatest = -Infinity;
  for (let row = 0; row < sums.length; row++) {
    if (sums[row] < least) least = sums[row];
    if (sums[row] > greatest) greatest = sums[row];
  }
  const edges =
    sums.length === 0 ? evenEdges(0, 1, valueBins) : evenEdges(view.scoreOf(greatest), view.scoreOf(least), valueBins);
  const scale = valueBins / (edges[valueBins] - edges[0]);
  const bins = new Uint8Array(sums.length);
  for (let row = 0; row < sums.length; row++)
    bins[row] = Math.min(Math.max((view.scoreOf(sums[row]) - edges[0]) * scale, 0), valueBins - 1);
  const made = { edges, bins };
  scoreBinsOf.set(view, made);
  return made;
}

function amountBins(arrays: CaseArrays, amounts: Float64Array): Binned {
  const known = amountBinsOf.get(arrays);
  if (known !== undefined) return known;
  const made = binAmounts(amounts);
  amountBinsOf.set(arrays, made);
  return made;
}

function binAmounts(amounts: Float64Array): Binned {
  let least = Infinity;
  let greatest = -Infinity;
  let leastPositive = Infinity;
  for (let row = 0; row < amounts.length; row++) {
    const amount = amounts[row];
    if (amount < least) least = amount;
    if (amount > greatest) greatest = amount;
    if (amount > 0 && amount < leastPositive) leastPositive = amount;
  }
  const isLogarithmic = least >= 0 && greatest / leastPositive > logarithmicSpan;
  const placeOf = isLogarithmic ? Math.log : (amount: number): number => amount;
  const places = evenEdges(isLogarithmic ? Math.log(leastPositive) : least, placeOf(greatest), valueBins);
  const scale = valueBins / (places[valueBins] - places[0]);
  const bins = new Uint8Array(amounts.length);
  for (let row = 0; row < amounts.length; row++) {
    const place = (placeOf(amounts[row]) - places[0]) * scale;
    bins[row] = place >= 0 ? Math.min(place, valueBins - 1) : place < 0 ? 0 : NO_BIN;
  }
  const edges = isLogarithmic ? places.map(Math.exp) : places;
  if (isLogarithmic) edges[0] = least;
  return { edges, bins };
}

/** Counts rows by bin of time and of value. */
function density(session: CaseSession, input: Filtered<'explore.scoreOverTime'>, values: Binned): Density {
  const { arrays } = session;
  const { first, last } = rangeOfTime(arrays, input.filter);
  const xEdges = evenEdges(first, last, timeBins);
  const yCount = values.edges.length - 1;
  const counts = new Uint32Array(timeBins * yCount);
  const flaggedCounts = new Uint32Array(timeBins * yCount);
  const { sums } = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const { times } = arrays;
  const start = xEdges[0];
  const scale = timeBins / (xEdges[timeBins] - start);
  const { bins } = values;
  const rows = filteredRows(arrays, input.filter);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    const y = bins[row];
    const x = ((times === null ? row : times[row]) - start) * scale;
    if (y === NO_BIN || !(x >= 0 && x <= timeBins)) continue;
    const cell = y * timeBins + (x < timeBins ? Math.trunc(x) : timeBins - 1);
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
  const rows = filteredRows(arrays, input.filter);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    const hour = hours[row];
    if (hour >= hoursOfWeek) continue;
    counts[hour]++;
    if (isFlagged(sums[row], units)) flagged[hour]++;
  }
  return { counts, flagged, withoutTime: withoutTime(arrays, rows) };
}

/** Entities with flagged transactions, most flagged first, with their highest score of each day. */
export function lanes(
  session: CaseSession,
  input: ParsedRequestInput<'explore.lanes'>,
): RequestOutput<'explore.lanes'> {
  const { arrays } = session;
  const { entity, rowsByEntity, days, distinctDays } = arrays;
  const dayStartsMs = Array.from(distinctDays, (day) => arrays.clock.instantOfLocal(day * dayMs));
  if (entity === null || rowsByEntity === null) return { dayStartsMs, lanes: [], withoutTime: 0, next: null };
  const view = session.view(input.modelId);
  const passes = rowFilter(arrays, input.filter);
  const flagged = new Uint32Array(entity.dictionary.size);
  for (const row of session.alerts(input.modelId).groups.rows)
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
    withoutTime: withoutTime(arrays, filteredRows(arrays, input.filter)),
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
  const { edges, bins, counts } = featureBins(view, arrays);
  const rows = filteredRows(arrays, input.filter);
  const isWhole = rows.length === arrays.rowCount;
  const flaggedRows = rows.filter((row) => isFlagged(view.sums[row], units));
  return view.words.map(({ name, label }, feature) => {
    const all = isWhole ? counts[feature] : countBins(bins[feature], rows);
    const flagged = countBins(bins[feature], flaggedRows);
    const rest = all.map((count, bin) => count - flagged[bin]);
    return { name, label, edges: edges[feature].slice(), rest, flagged };
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

/** How many of the rows have no event time, where others have one. */
function withoutTime({ times, withoutTime: all }: CaseArrays, rows: Uint32Array): number {
  if (times === null || all === 0) return 0;
  return rows.reduce((count, row) => count + Number(Number.isNaN(times[row])), 0);
}

/** The rows within a filter; those of the filter asked last are kept, because a brush asks several charts at once. */
function filteredRows(arrays: CaseArrays, filter: TransactionFilter): Uint32Array {
  const name = JSON.stringify(filter);
  const known = lastFiltered.get(arrays);
  if (known?.name === name) return known.rows;
  const passes = rowFilter(arrays, filter);
  const rows = new Uint32Array(arrays.rowCount);
  let count = 0;
  for (let row = 0; row < rows.length; row++) if (passes(row)) rows[count++] = row;
  const kept = rows.slice(0, count);
  lastFiltered.set(arrays, { name, rows: kept });
  return kept;
}

const lastFiltered = new WeakMap<CaseArrays, { readonly name: string; readonly rows: Uint32Array }>();

function rowFilter(arrays: CaseArrays, filter: TransactionFilter): RowCondition {
  const conditions = transactionConditions(arrays, filter);
  return (row) => conditions.every((condition) => condition(row));
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
    withoutTime: 0,
  };
}
