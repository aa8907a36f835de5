import { UNLABELLED } from '../../domain/label.ts';
import type { RowWeights } from '../../evaluation/ranking.ts';
import { isFlagged } from '../../forest/threshold.ts';
import {
  buildTuningIndex,
  type ThresholdHandle as IndexHandle,
  type TuningIndex,
  type TuningState,
} from '../../forest/tuning.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import type {
  ScoredTransactions,
  SwappedRow,
  TransactionsAtLine,
  TuningPoint,
  TuningView,
} from '../../../preload/contract/tuning.ts';
import { filteredRows, rowFilter } from '../explore/filtered-rows.ts';
import type { RowCondition } from '../row-conditions.ts';
import { handleOf, indexHandle, lineOf, storedThreshold } from './threshold-handle.ts';
import { capitalised } from '../model/feature-words.ts';
import { flaggedRowsOf, type AlertGroups } from '../alerts/alert-groups.ts';
import { numberAt, textAt } from '../alerts/alert-list.ts';
import type { CaseSession } from '../case-session.ts';
import { qualityAt } from './quality.ts';
import { modelListItem } from '../model/model-list.ts';
import { rankingsAgainst } from '../model/model-rankings.ts';
import type { ModelView } from '../model/model-view.ts';
import { firstReason } from '../model/reason-words.ts';

const histogramBins = 120;
const curvePoints = 200;
const dayMs = 86_400_000;

/**
 * Everything the tuning page shows of one model at its threshold. Rankings of a large case come a little later:
 * `whenRanked` is called once they are there.
 */
export async function readTuning(
  session: CaseSession,
  input: ParsedRequestInput<'tuning.read'>,
  whenRanked: () => void,
): Promise<TuningView> {
  const { arrays } = session;
  const stored = session.model(input.modelId);
  const view = session.view(input.modelId);
  const model = modelListItem(session, stored);
  const index = session.tuningIndex(input.modelId);
  const counted = session.counted(view);
  const { labels, weights } = counted;
  const { units } = stored.threshold;
  const read: Omit<TuningView, 'rankings' | 'rankingsPending'> = {
    ...scoredTransactions(session, view, index, counted),
    model,
    days: Array.from(index.days, (day) => arrays.clock.instantOfLocal(day * dayMs)),
    point: pointOf(session, input.modelId, { kind: 'threshold', thresholdUnits: units }),
    line: lineOf(index, units, handleOf(stored.threshold)),
    features: featuresOf(session, view),
  };
  if (labels === null) return { ...read, rankings: [], rankingsPending: false };
  const rankings = await rankingsAgainst(view, arrays, { labels, weights }, whenRanked);
  return { ...read, rankings: rankings ?? [], rankingsPending: rankings === null };
}

/** How the scores within a filter are spread, by the same functions as those of all transactions. */
export function tuningWithin(session: CaseSession, input: ParsedRequestInput<'tuning.within'>): ScoredTransactions {
  const view = session.view(input.modelId);
  const { index, labels, weights, passes } = indexWithin(session, input.modelId, input.filter);
  const { edges } = session.tuningIndex(input.modelId).histogram(histogramBins);
  return scoredTransactions(session, view, index, { labels, weights }, { passes, edges });
}

/** What a threshold means within a filter. */
export function tuningPointWithin(
  session: CaseSession,
  { modelId, filter, thresholdUnits }: ParsedRequestInput<'tuning.pointWithin'>,
): TransactionsAtLine {
  const { index, passes } = indexWithin(session, modelId, filter);
  return transactionsAt(session, modelId, index.tune({ kind: 'threshold', thresholdUnits }), passes);
}

/** What is known of some transactions, and for how many each of them stands; null where each stands for itself. */
interface Known {
  readonly labels: Uint8Array | null;
  readonly weights: RowWeights | null;
}

interface IndexWithin extends Known {
  readonly name: string;
  readonly index: TuningIndex;
  readonly passes: RowCondition;
}

/** By the index of all transactions, which is another one where labels or scores are. */
const lastWithin = new WeakMap<TuningIndex, IndexWithin>();

/** The index over the transactions of a filter; that of the filter asked last is kept while the line is dragged. */
function indexWithin(session: CaseSession, modelId: number, filter: TransactionFilter): IndexWithin {
  const whole = session.tuningIndex(modelId);
  const name = JSON.stringify(filter);
  const known = lastWithin.get(whole);
  if (known?.name === name) return known;
  const view = session.view(modelId);
  const rows = filteredRows(session.arrays, filter);
  const { labels: all, weights: ofAll } = session.counted(view);
  const labels = all === null ? null : Uint8Array.from(rows, (row) => all[row]);
  const weights = ofAll === null ? null : Float64Array.from(rows, (row) => ofAll[row]);
  const index = buildTuningIndex({
    forest: view.forest,
    sums: Int32Array.from(rows, (row) => view.sums[row]),
    ...(labels === null ? {} : { labels, weights }),
  });
  const within = { name, index, labels, weights, passes: rowFilter(session.arrays, filter) };
  lastWithin.set(whole, within);
  return within;
}

function scoredTransactions(
  session: CaseSession,
  view: ModelView,
  index: TuningIndex,
  known: Known,
  within?: { readonly passes: RowCondition; readonly edges: Float64Array },
): ScoredTransactions {
  const range = within && { low: within.edges[0], high: within.edges[within.edges.length - 1] };
  const { edges, counts, positives } = index.histogram(histogramBins, range);
  return {
    rows: index.rowCount,
    histogram: {
      edges,
      counts,
      fraud: positives?.some((count) => count > 0) ? positives : null,
      legitimate: legitimateByVerdict(session, view, edges, within?.passes ?? everyRow),
    },
    prevalence: prevalenceOf(known),
    curve: index
      .precisionRecallCurve(curvePoints)
      .map(({ thresholdUnits, precision, recall }) => ({ thresholdUnits, precision, recall })),
  };
}

/** What a threshold would mean; nothing is stored. */
export function previewTuning(session: CaseSession, input: ParsedRequestInput<'tuning.preview'>): TuningPoint {
  return pointOf(session, input.modelId, indexHandle(input.handle));
}

/** Moves the line of a model. */
export function applyTuning(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'tuning.apply'>,
): TuningPoint {
  const { id } = session.model(input.modelId);
  const point = pointOf(session, id, indexHandle(input.handle));
  const counts = { of: session.countedOver, flagged: point.flagged, alerts: point.alerts };
  session.writableCase.setThreshold(id, storedThreshold(point.thresholdUnits, input.handle, counts), doing);
  session.modelsChanged();
  return point;
}

/** Rows that the model flags now and did not at another threshold (or another model does not), and the reverse. */
export function swapSet(
  session: CaseSession,
  input: ParsedRequestInput<'tuning.swapSet'>,
  explain: (view: ModelView, sequences: readonly number[]) => number,
): RequestOutput<'tuning.swapSet'> {
  const stored = session.model(input.modelId);
  const view = session.view(input.modelId);
  const other = input.otherModelId === undefined ? null : session.model(input.otherModelId);
  const otherView = other === null ? view : session.view(other.id);
  const otherUnits = other?.threshold.units ?? input.fromUnits ?? stored.threshold.units;
  const { units } = stored.threshold;

  const now = view.groups(units, session.alertMembership);
  const before = otherView.groups(otherUnits, session.alertMembership);
  const entered = now.rows.filter((row) => !isFlagged(otherView.sums[row], otherUnits)).sort(bySum(view));
  const left = before.rows.filter((row) => !isFlagged(view.sums[row], units)).sort(bySum(otherView));
  const listed = [...entered.subarray(0, input.limit), ...left.subarray(0, input.limit)];
  const reasonsPending = explain(view, listed);
  const rowsOf = (rows: Uint32Array): readonly SwappedRow[] => swappedRows(session, view, other && otherView, rows);
  return {
    entered: rowsOf(entered.subarray(0, input.limit)),
    left: rowsOf(left.subarray(0, input.limit)),
    enteredTotal: entered.length,
    leftTotal: left.length,
    alerts: { now: now.count, before: before.count, entered: onlyIn(now, before), left: onlyIn(before, now) },
    reasonsPending,
  };
}

/** Most anomalous first, ties in row order. */
function bySum({ sums }: ModelView): (left: number, right: number) => number {
  return (left, right) => sums[left] - sums[right] || left - right;
}

/** Alerts that share no transaction with any alert of the others. */
function onlyIn(alerts: AlertGroups, others: AlertGroups): number {
  let only = 0;
  for (let group = 0; group < alerts.count; group++)
    if (flaggedRowsOf(alerts, group).every((row) => others.groupOfRow(row) < 0)) only++;
  return only;
}

function swappedRows(
  session: CaseSession,
  view: ModelView,
  otherView: ModelView | null,
  rows: Uint32Array,
): readonly SwappedRow[] {
  const { arrays } = session;
  const { rows: labels } = session.labels;
  const ids = arrays.ids(rows);
  return Array.from(rows, (row, index) => ({
    sequence: arrays.numbers.numberOf(row),
    id: ids[index],
    entity: textAt(arrays.entity, row) ?? '',
    score: view.scoreOf(view.sums[row]),
    otherScore: otherView === null ? null : otherView.scoreOf(otherView.sums[row]),
    amount: numberAt(arrays.amounts, row),
    timeMs: numberAt(arrays.times, row),
    isFraud: labels === null || labels[row] === UNLABELLED ? null : labels[row] === 1,
    reason: view.knownReasons(row) === undefined ? '' : firstReason(view, row),
  }));
}

/** What a threshold means under one model, in alerts, transactions and known fraud. */
export function pointOf(session: CaseSession, modelId: number, handle: IndexHandle): TuningPoint {
  const index = session.tuningIndex(modelId);
  const state = index.tune(handle);
  return {
    ...transactionsAt(session, modelId, state, everyRow),
    alerts: state.alerts,
    alertsPerDay: state.alertsPerDay,
    byDay: index.alertsByDay(state.thresholdUnits).slice(),
  };
}

const everyRow: RowCondition = () => true;

/** @param passes which rows the state is of */
function transactionsAt(
  session: CaseSession,
  modelId: number,
  state: TuningState,
  passes: RowCondition,
): TransactionsAtLine {
  const quality = qualityAt(session, modelId, state, passes);
  const main = quality.find(({ basis }) => basis === session.labels.basis) ?? quality.at(-1) ?? null;
  return {
    thresholdUnits: state.thresholdUnits,
    threshold: state.thresholdScore,
    flagged: state.flagged,
    contamination: state.contamination,
    precision: state.outcome?.precision ?? null,
    recall: main?.judged.recallBySample ?? state.outcome?.recall ?? null,
    basis: main?.basis ?? null,
    judged: main?.judged ?? null,
    quality,
  };
}

function prevalenceOf({ labels, weights }: Known): number | null {
  let frauds = 0;
  let judged = 0;
  const known = labels ?? new Uint8Array();
  for (let row = 0; row < known.length; row++) {
    if (known[row] === UNLABELLED) continue;
    const weight = weights?.[row] ?? 1;
    judged += weight;
    frauds += weight * known[row];
  }
  return judged === 0 ? null : frauds / judged;
}

/** Verdicts of legitimate, by score, each once; null where there is none. */
function legitimateByVerdict(
  session: CaseSession,
  view: ModelView,
  edges: Float64Array,
  passes: RowCondition,
): Uint32Array | null {
  const rows = session.counted(view).verdicts.flatMap(({ row, label }) => (label === 0 && passes(row) ? [row] : []));
  if (rows.length === 0) return null;
  const counts = new Uint32Array(edges.length - 1);
  const [low] = edges;
  const scale = counts.length / (edges[edges.length - 1] - low);
  for (const row of rows) {
    const bin = Math.floor((view.scoreOf(view.sums[row]) - low) * scale);
    counts[Math.min(Math.max(bin, 0), counts.length - 1)]++;
  }
  return counts;
}

function featuresOf(session: CaseSession, view: ModelView): TuningView['features'] {
  const used = describedFeatures(view).map((feature) => ({ ...feature, isUsed: true }));
  const known = new Set(used.map(({ name }) => name));
  const others = session.models.flatMap((model) =>
    model.id === view.id ? [] : describedFeatures(session.view(model.id)),
  );
  const unused = others.flatMap((feature) => {
    if (known.has(feature.name)) return [];
    known.add(feature.name);
    return [{ ...feature, isUsed: false }];
  });
  return [...used, ...unused];
}

function describedFeatures({
  spec,
  words,
}: ModelView): readonly Pick<TuningView['features'][number], 'name' | 'label' | 'description' | 'usesLabels'>[] {
  return [...spec.features, ...(spec.windows?.features ?? [])].map(({ name, usesLabels }, position) => ({
    name,
    label: words[position].label,
    description: capitalised(words[position].description),
    usesLabels,
  }));
}
