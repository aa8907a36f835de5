import { usageError } from '../../domain/error.ts';
import type { WindowFeature, WindowSpec } from '../../domain/window-feature.ts';

/** One span of event time of one kind of entity; all features over the same span share its counts and sums. */
export interface PlannedWindow {
  readonly lengthMs: number;
  readonly delayMs: number;
  /** Column whose different values are counted, or null. */
  of: string | null;
  sums: boolean;
  squares: boolean;
  labels: boolean;
  max: boolean;
  min: boolean;
}

/** One feature, by the window it reads and the column of the matrix that it fills. */
export interface PlannedFeature {
  readonly feature: WindowFeature;
  readonly window: number;
  /** Position among the window features of the spec. */
  readonly column: number;
  /** False where the transaction itself is not to be counted. */
  readonly includesCurrent: boolean;
}

/** Everything asked of one entity column or pair of columns: one event log serves all its windows. */
export interface PlannedEntity {
  readonly columns: readonly string[];
  readonly windows: readonly PlannedWindow[];
  readonly features: readonly PlannedFeature[];
  /** Columns whose codes are kept with each event, for distinct counts. */
  readonly ofColumns: readonly string[];
  readonly keepsAmount: boolean;
  readonly keepsLabel: boolean;
  /** The longest window plus delay: how far back a feature looks. */
  readonly spanMs: number;
}

export interface WindowPlan {
  readonly entities: readonly PlannedEntity[];
  readonly amountColumn: string | null;
  readonly labelColumn: string | null;
}

/**
 * Groups the features of a spec by entity and by window.
 * @throws AssayError WRONG_USE where features name different amount or label columns, or share a name.
 */
export function planWindows(spec: WindowSpec): WindowPlan {
  const names = new Set(spec.features.map((feature) => feature.name));
  if (names.size < spec.features.length) throw usageError('WRONG_USE', 'Two window features have the same name.');
  const byEntity = new Map<string, WindowFeature[]>();
  for (const feature of spec.features) {
    const key = JSON.stringify(feature.entity);
    byEntity.set(key, [...(byEntity.get(key) ?? []), feature]);
  }
  return {
    entities: [...byEntity.values()].map((features) => planEntity(features, spec.features)),
    amountColumn: onlyColumn(
      spec.features.flatMap((feature) => ('amount' in feature ? [feature.amount] : [])),
      'amount',
    ),
    labelColumn: onlyColumn(
      spec.features.flatMap((feature) => ('label' in feature ? [feature.label] : [])),
      'label',
    ),
  };
}

function onlyColumn(columns: readonly string[], what: string): string | null {
  const distinct = [...new Set(columns)];
  if (distinct.length > 1) {
    throw usageError(
      'WRONG_USE',
      `The window features use ${distinct.length} ${what} columns: ${distinct.join(', ')}.`,
    );
  }
  return distinct[0] ?? null;
}

function planEntity(features: readonly WindowFeature[], all: readonly WindowFeature[]): PlannedEntity {
  const windows: PlannedWindow[] = [];
  const planned = features.map((feature): PlannedFeature => {
    const window = windowFor(feature, windows);
    need(windows[window], feature);
    const includesCurrent = 'includeCurrent' in feature && feature.includeCurrent && feature.delayMs === 0;
    return { feature, window, column: all.indexOf(feature), includesCurrent };
  });
  return {
    columns: features[0].entity,
    windows,
    features: planned,
    ofColumns: [...new Set(windows.flatMap((window) => (window.of === null ? [] : [window.of])))],
    keepsAmount: windows.some((window) => window.sums || window.max || window.min),
    keepsLabel: windows.some((window) => window.labels),
    spanMs: Math.max(...windows.map((window) => window.delayMs + window.lengthMs)),
  };
}

function windowFor(feature: WindowFeature, windows: PlannedWindow[]): number {
  const delayMs = 'delayMs' in feature ? feature.delayMs : 0;
  const of = feature.kind === 'distinct' ? feature.of : null;
  const found = windows.findIndex(
    (window) =>
      window.lengthMs === feature.windowMs &&
      window.delayMs === delayMs &&
      (of === null || window.of === null || window.of === of),
  );
  if (found >= 0) return found;
  const lengthMs = feature.windowMs;
  return (
    windows.push({ lengthMs, delayMs, of: null, sums: false, squares: false, labels: false, max: false, min: false }) -
    1
  );
}

function need(window: PlannedWindow, feature: WindowFeature): void {
  switch (feature.kind) {
    case 'sum':
    case 'mean':
    case 'ratio-to-mean':
      window.sums = true;
      break;
    case 'std':
    case 'deviations-from-mean':
      window.sums = true;
      window.squares = true;
      break;
    case 'max':
      window.max = true;
      break;
    case 'min':
      window.min = true;
      break;
    case 'distinct':
      window.of = feature.of;
      break;
    case 'fraud-count':
    case 'risk':
      window.labels = true;
      break;
    case 'count':
    case 'since-last':
    case 'first-seen':
      break;
  }
}
