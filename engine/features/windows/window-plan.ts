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
  /** The newest events at most; Infinity for all. */
  readonly most: number;
  /** Sums and squares of the logarithms of amounts. */
  logs: boolean;
  /** Counts of each value of `of`. */
  readonly counts: boolean;
  /** Counts of each hour of day. */
  hours: boolean;
  /** Values of `of` are counted where the label says fraud only. */
  onlyFraud: boolean;
  /** The window whose values are not new in this one, or null. */
  readonly habit: number | null;
}

/** One feature, by the window it reads and the column of the matrix that it fills. */
export interface PlannedFeature {
  readonly feature: WindowFeature;
  readonly window: number;
  /** The window of what is usual, where the feature is measured against one; else the same. */
  readonly habit: number;
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
  readonly keepsLog: boolean;
  readonly keepsHour: boolean;
  /** The longest window plus delay: how far back a feature looks. */
  readonly spanMs: number;
}

export interface WindowPlan {
  readonly entities: readonly PlannedEntity[];
  readonly amountColumn: string | null;
  readonly labelColumn: string | null;
  /** The kinds by which usual amounts differ; null where none are told apart, undefined where no feature asks. */
  readonly categoryColumn: string | null | undefined;
  readonly timeZone: string | undefined;
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
    categoryColumn: spec.features.flatMap((feature) => (feature.kind === 'amount-excess' ? [feature.category] : []))[0],
    timeZone: spec.features.flatMap((feature) => (feature.kind === 'hour-rarity' ? [feature.timeZone] : []))[0],
  };
}

/** The columns whose codes a block of transactions needs, each once. */
export function codeColumnsOf({ entities, categoryColumn }: WindowPlan): readonly string[] {
  return [
    ...new Set([
      ...entities.flatMap(({ columns, ofColumns }) => [...columns, ...ofColumns]),
      ...(typeof categoryColumn === 'string' ? [categoryColumn] : []),
    ]),
  ];
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
    const habit = 'habit' in feature ? windowFor(habitShape(feature), windows) : null;
    const window = windowFor(
      { ...windowShape(feature), habit: feature.kind === 'new-visitors' ? habit : null },
      windows,
    );
    need(windows[window], habit === null ? windows[window] : windows[habit], feature);
    const includesCurrent =
      habit !== null || ('includeCurrent' in feature && feature.includeCurrent && feature.delayMs === 0);
    return { feature, window, habit: habit ?? window, column: all.indexOf(feature), includesCurrent };
  });
  return {
    columns: features[0].entity,
    windows,
    features: planned,
    ofColumns: [...new Set(windows.flatMap((window) => (window.of === null ? [] : [window.of])))],
    keepsAmount: windows.some((window) => window.sums || window.max || window.min),
    keepsLabel: windows.some((window) => window.labels),
    keepsLog: windows.some((window) => window.logs),
    keepsHour: windows.some((window) => window.hours),
    spanMs: Math.max(...windows.map((window) => window.delayMs + window.lengthMs)),
  };
}

/** What tells one window from another. */
type WindowShape = Pick<
  PlannedWindow,
  'lengthMs' | 'delayMs' | 'of' | 'most' | 'counts' | 'hours' | 'onlyFraud' | 'habit'
>;

function windowShape(feature: WindowFeature): WindowShape {
  const { kind } = feature;
  return {
    lengthMs: feature.windowMs,
    delayMs: 'delayMs' in feature ? feature.delayMs : 0,
    of: 'of' in feature ? feature.of : null,
    most: 'most' in feature ? feature.most : Number.POSITIVE_INFINITY,
    counts: kind === 'rarity',
    hours: kind === 'hour-rarity',
    onlyFraud: kind === 'confirmed-fraud',
    habit: null,
  };
}

function habitShape(
  feature: WindowFeature & { readonly habit: { windowMs: number; delayMs: number; most: number } },
): WindowShape {
  const { windowMs, ...rest } = feature.habit;
  return { ...windowShape(feature), lengthMs: windowMs, ...rest };
}

function windowFor(shape: WindowShape, windows: PlannedWindow[]): number {
  const found = windows.findIndex(
    (window) =>
      window.lengthMs === shape.lengthMs &&
      window.delayMs === shape.delayMs &&
      window.most === shape.most &&
      window.counts === shape.counts &&
      // Which values are counted is told only by features that count some.
      (window.onlyFraud === shape.onlyFraud || shape.of === null || window.of === null) &&
      window.habit === shape.habit &&
      (shape.of === null || window.of === shape.of || (window.of === null && !isHabit(window, windows))),
  );
  if (found >= 0) {
    if (windows[found].of === null) windows[found].onlyFraud = shape.onlyFraud;
    windows[found].of ??= shape.of;
    windows[found].hours ||= shape.hours;
    return found;
  }
  return (
    windows.push({ ...shape, sums: false, squares: false, labels: false, max: false, min: false, logs: false }) - 1
  );
}

/** True where another window is compared with this one's values. */
function isHabit(window: PlannedWindow, windows: readonly PlannedWindow[]): boolean {
  return windows.some(({ habit }) => habit !== null && windows[habit] === window);
}

/** Notes what a feature reads of its window, and of the window of what is usual. */
function need(window: PlannedWindow, habit: PlannedWindow, feature: WindowFeature): void {
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
    case 'fraud-count':
    case 'risk':
    case 'confirmed-fraud':
      window.labels = true;
      break;
    case 'amount-excess':
      window.logs = true;
      break;
    case 'small-payments':
      habit.sums = true;
      break;
    case 'sum-to-habit':
      window.sums = true;
      habit.sums = true;
      break;
    case 'distinct':
    case 'novelty':
    case 'rarity':
    case 'hour-rarity':
    case 'burst':
    case 'new-visitors':
    case 'count':
    case 'since-last':
    case 'first-seen':
      break;
  }
}
