import { UNLABELLED } from '../../domain/label.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import type { ThresholdHandle as IndexHandle, TuningIndex } from '../../forest/tuning.ts';
import type { Doing } from '../../store/decision-log.ts';
import type {
  ParsedRequestInput,
  RequestOutput,
  SwappedRow,
  TuningPoint,
  TuningView,
} from '../../../preload/contract/requests.ts';
import { tuningHandle } from './choose-threshold.ts';
import { capitalised } from '../model/feature-words.ts';
import { numberAt, textAt } from '../alerts/alert-list.ts';
import type { CaseSession } from '../case-session.ts';
import { countBins, featureBins } from '../model/feature-bins.ts';
import { judgedFlags } from './judged-flags.ts';
import { modelListItem } from '../model/model-list.ts';
import { rankingsAgainst } from '../model/model-rankings.ts';
import type { ModelView } from '../model/model-view.ts';
import { firstReason } from '../model/reason-words.ts';

type Handle = ParsedRequestInput<'tuning.preview'>['handle'];

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
  const { arrays, labels } = session;
  const stored = session.model(input.modelId);
  const view = session.view(input.modelId);
  const model = modelListItem(session, stored);
  const index = view.tuningIndex(labels);
  const { units } = stored.threshold;
  const histogram = index.histogram(histogramBins);
  const read: Omit<TuningView, 'rankings' | 'rankingsPending'> = {
    model,
    rows: arrays.rowCount,
    days: Array.from(index.days, (day) => arrays.clock.instantOfLocal(day * dayMs)),
    histogram: {
      edges: histogram.edges,
      counts: histogram.counts,
      fraud: histogram.positives?.some((count) => count > 0) ? histogram.positives : null,
      legitimate: legitimateByVerdict(session, view, histogram.edges),
    },
    point: pointOf(index, { kind: 'threshold', thresholdUnits: units }),
    prevalence: prevalenceOf(labels),
    curve: index
      .precisionRecallCurve(curvePoints)
      .map(({ thresholdUnits, precision, recall }) => ({ thresholdUnits, precision, recall })),
    features: featuresOf(session, view, index.flaggedRows(units)),
  };
  if (labels === null) return { ...read, rankings: [], rankingsPending: false };
  const rankings = await rankingsAgainst(view, arrays, labels, whenRanked);
  return { ...read, rankings: rankings ?? [], rankingsPending: rankings === null };
}

/** What a threshold would mean; nothing is stored. */
export function previewTuning(session: CaseSession, input: ParsedRequestInput<'tuning.preview'>): TuningPoint {
  return pointOf(session.view(input.modelId).tuningIndex(session.labels), indexHandle(input.handle));
}

/** Moves the model's threshold and the flags with it. */
export function applyTuning(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'tuning.apply'>,
): TuningPoint {
  const stored = session.model(input.modelId);
  const view = session.view(input.modelId);
  const openedCase = session.writableCase;
  const index = view.tuningIndex(session.labels);
  const point = pointOf(index, indexHandle(input.handle));
  const sequences = index.flaggedRows(point.thresholdUnits);
  const { kind: rule, ...details } = input.handle;
  openedCase.inTransaction(() => {
    openedCase.replaceAlerts(
      stored.id,
      { units: point.thresholdUnits, rule, details },
      { sequences, sums: Int32Array.from(sequences, (row) => view.sums[row]) },
    );
    openedCase.decisions.addAudit(doing, `threshold of ${stored.name}: ${point.flagged} flagged`, {
      modelDigest: view.digest,
      fromUnits: stored.threshold.units,
      toUnits: point.thresholdUnits,
      rule,
      ...details,
    });
  });
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

  const now = view.tuningIndex(session.labels).flaggedRows(units);
  const before = otherView.tuningIndex(session.labels).flaggedRows(otherUnits);
  const entered = now.filter((row) => otherView.sums[row] > otherUnits);
  const left = before.filter((row) => view.sums[row] > units);
  const listed = [...entered.subarray(0, input.limit), ...left.subarray(0, input.limit)];
  const reasonsPending = explain(view, listed);
  const rowsOf = (rows: Uint32Array): readonly SwappedRow[] => swappedRows(session, view, other && otherView, rows);
  return {
    entered: rowsOf(entered.subarray(0, input.limit)),
    left: rowsOf(left.subarray(0, input.limit)),
    enteredTotal: entered.length,
    leftTotal: left.length,
    reasonsPending,
  };
}

function swappedRows(
  session: CaseSession,
  view: ModelView,
  otherView: ModelView | null,
  rows: Uint32Array,
): readonly SwappedRow[] {
  const { arrays, labels } = session;
  const ids = arrays.ids(rows);
  return Array.from(rows, (row, index) => ({
    sequence: row,
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

function indexHandle(handle: Handle): IndexHandle {
  return handle.kind === 'score' ? { kind: 'score', score: handle.value } : tuningHandle(handle);
}

function pointOf(index: TuningIndex, handle: IndexHandle): TuningPoint {
  const state = index.tune(handle);
  return {
    thresholdUnits: state.thresholdUnits,
    threshold: state.thresholdScore,
    flagged: state.flagged,
    contamination: state.contamination,
    alertsPerDay: state.alertsPerDay,
    byDay: index.alertsByDay(state.thresholdUnits).slice(),
    precision: state.outcome?.precision ?? null,
    recall: state.outcome?.recall ?? null,
    judged:
      state.outcome === null
        ? null
        : judgedFlags({
            flaggedFrauds: state.outcome.truePositives,
            flagged: state.outcome.labelledFlagged,
            frauds: state.outcome.positives,
          }),
  };
}

function prevalenceOf(labels: Uint8Array | null): number | null {
  let frauds = 0;
  let judged = 0;
  const known = labels ?? new Uint8Array();
  for (let row = 0; row < known.length; row++) {
    if (known[row] === UNLABELLED) continue;
    judged++;
    frauds += known[row];
  }
  return judged === 0 ? null : frauds / judged;
}

/** Rows that a verdict says are legitimate, by score; null where there is none. */
function legitimateByVerdict(session: CaseSession, view: ModelView, edges: Float64Array): Uint32Array | null {
  const rows = [...session.decisions.verdicts.values()]
    .filter(({ kind }) => labelOfVerdict(kind) === 0)
    .flatMap(({ sequences }) => [...sequences]);
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

function featuresOf(session: CaseSession, view: ModelView, flagged: Uint32Array): TuningView['features'] {
  const { bins, counts } = featureBins(view, session.arrays);
  const used = describedFeatures(view).map((feature, position) => ({
    ...feature,
    isUsed: true,
    counts: counts[position].slice(),
    flaggedCounts: countBins(bins[position], flagged),
  }));
  const known = new Set(used.map(({ name }) => name));
  const others = session.models.flatMap((model) =>
    model.id === view.id ? [] : describedFeatures(session.view(model.id)),
  );
  const unused = others.flatMap((feature) => {
    if (known.has(feature.name)) return [];
    known.add(feature.name);
    return [{ ...feature, isUsed: false, counts: new Uint32Array(), flaggedCounts: new Uint32Array() }];
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
