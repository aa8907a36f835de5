import { arraysOfBlock, type DecodedSegment } from '../../domain/columns.ts';
import { impossible, usageError } from '../../domain/error.ts';
import { featureNames, themesOf, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { timeOrderSchema, type Theme, type TimeOrder } from '../../domain/window-feature.ts';
import { featureSpecDigest } from '../../features/compute-features.ts';
import type { Dictionaries } from '../../features/decode-segment.ts';
import { FeatureFitter, type FeatureOptions } from '../../features/fit-feature-spec.ts';
import {
  mostSortedRows,
  ReceivedOrder,
  WholeStream,
  type SegmentComputer,
  type StreamFeatures,
} from '../../features/stream-features.ts';
import { describeTimeOrder } from '../../features/windows/describe-order.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { MAXIMUM_SEGMENT_ROWS, type RowRange, type SegmentSummary } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { segmentsOf } from '../../case/case-arrays.ts';
import { withStreamFeatures } from '../window-threads.ts';

/** The features of every row of a case, stored in it. They are never in memory as a whole. */
export interface CaseFeatures extends StoredFeatures {
  readonly spec: FeatureSpec;
  /** How the rows came in time; null where there are no features over time. */
  readonly order: TimeOrder | null;
}

/** Where the features of a case's rows lie, and how many there are. */
export interface StoredFeatures {
  readonly featureSetId: number;
  readonly rowCount: number;
  readonly featureCount: number;
}

/** Consecutive rows of stored features. */
export interface FeatureBlock extends FeatureMatrix {
  readonly firstSequence: number;
}

/** Columns in memory from fitting to computing: more of them would raise the peak, which comes while features are computed. */
const mostColumnBytesKept = 32 * 2 ** 20;
/** Features in memory from computing to scoring. */
const mostFeatureBytesKept = 64 * 2 ** 20;

/** The first segments of a case as they were read, each of them for one more reading. */
export class ReadSegments {
  readonly #case: ReadableCase;
  readonly #dataVersion: number;
  readonly #segments = new Map<number, DecodedSegment>();
  #bytes = 0;

  constructor(openedCase: ReadableCase) {
    this.#case = openedCase;
    this.#dataVersion = openedCase.dataVersion();
  }

  add(segment: DecodedSegment): void {
    for (const array of [...segment.columns.values()].flatMap(arraysOfBlock)) this.#bytes += array.byteLength;
    if (this.#bytes <= mostColumnBytesKept) this.#segments.set(segment.firstSequence, segment);
  }

  /** The rows as they were read; undefined where they were not read as one, or another writer has changed the case since. */
  take({ firstSequence, rowCount }: RowRange): DecodedSegment | undefined {
    const segment = this.#segments.get(firstSequence);
    this.#segments.delete(firstSequence);
    return segment?.rowCount === rowCount && this.#case.dataVersion() === this.#dataVersion ? segment : undefined;
  }
}

/** Fits the feature spec over all rows of a case: constants, medians, shares. Window features are added as given. */
export function fitCaseSpec(
  openedCase: ReadableCase,
  profile: Profile,
  windows: FeatureSpec['windows'],
  options: FeatureOptions,
  context: WorkContext,
  read?: ReadSegments,
): FeatureSpec {
  const fitter = new FeatureFitter(profile, openedCase.dictionaries(), options);
  for (const segment of segmentsOf(openedCase)) {
    throwIfCancelled(context.signal);
    fitter.add(segment);
    read?.add(segment);
  }
  const spec = fitter.finish();
  return windows === undefined || windows.features.length === 0 ? spec : { ...spec, windows };
}

/** What a model is to do without. */
export interface LeftOutByChoice {
  /** Names of features. */
  readonly leaveOut: readonly string[];
  readonly withoutThemes: readonly Theme[];
}

/**
 * A spec without some of its features, named one by one or by theme. A theme that the spec lacks is no error: nothing looks for it.
 * @throws AssayError UNKNOWN_COLUMN for a name that is no feature, NO_FEATURES when none is left.
 */
export function withoutFeatures(spec: FeatureSpec, { leaveOut: named, withoutThemes }: LeftOutByChoice): FeatureSpec {
  const names = featureNames(spec);
  const ofThemes = themesOf(spec).filter(({ theme }) => withoutThemes.includes(theme));
  const leaveOut = [...named, ...ofThemes.flatMap(({ features }) => features.map((feature) => names[feature]))];
  if (leaveOut.length === 0) return spec;
  const unknown = named.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw usageError(
      'UNKNOWN_COLUMN',
      `There is no feature ${unknown.map((name) => `'${name}'`).join(', ')}.`,
      `The features are: ${names.join(', ')}.`,
    );
  const features = spec.features.filter(({ name }) => !leaveOut.includes(name));
  const windowFeatures = spec.windows?.features.filter(({ name }) => !leaveOut.includes(name)) ?? [];
  if (features.length + windowFeatures.length === 0)
    throw usageError('NO_FEATURES', 'All features were left out.', 'Keep at least one.');
  const { windows, ...rest } = spec;
  return {
    ...rest,
    features,
    ...(windows === undefined || windowFeatures.length === 0
      ? {}
      : { windows: { ...windows, features: windowFeatures } }),
  };
}

function orderSetting(featureSetId: number): string {
  return `features.${featureSetId}.order`;
}

/** How the rows of stored features came in time; null where a case of an earlier Assay does not say. */
function storedOrder(openedCase: ReadableCase, featureSetId: number): TimeOrder | null {
  return timeOrderSchema.safeParse(openedCase.setting(orderSetting(featureSetId))).data ?? null;
}

/** How the rows of features came in time, for people. */
export function describeOrder(
  profile: Profile,
  { spec, order }: { readonly spec: FeatureSpec; readonly order: TimeOrder | null },
): readonly string[] {
  const eventTime = columnWithRole(profile, 'event_time')?.name ?? '';
  return describeTimeOrder(order, eventTime, spec.windows?.latenessMs ?? 0);
}

/** Segments computed between two looks at the signal and at what else waits. */
const segmentsPerTurn = 16;
/** Wide or slow segments end a turn earlier, so that being stopped is heard in time. */
const mostTurnMs = 250;
/** Features held at a time: those of hundreds of columns fill the memory by themselves. */
const mostValuesHeld = 2 ** 22;

/** Segments of so many features whose rows are in memory together. */
function segmentsHeld(featureCount: number): number {
  const segments = Math.floor(mostValuesHeld / (featureCount * MAXIMUM_SEGMENT_ROWS));
  return Math.min(Math.max(segments, 1), segmentsPerTurn);
}

/**
 * Computes the features of every row by a spec and stores them; where all are stored already, nothing is done. Those of no large case
 * stay in memory as well, until who scores the rows lets go of them.
 * @param read what was read of the case to fit the spec
 */
export async function storeCaseFeatures(
  openedCase: WritableCase,
  profile: Profile,
  spec: FeatureSpec,
  context: WorkContext,
  read?: ReadSegments,
): Promise<CaseFeatures> {
  const dataVersion = openedCase.dataVersion();
  const featureSetId = openedCase.saveFeatureSet(spec, featureSpecDigest(spec));
  const featureCount = featureNames(spec).length;
  const rowCount = openedCase.nextSequence();
  const features = { spec, featureSetId, rowCount, featureCount };
  if (openedCase.segmentsWithoutFeatures(featureSetId).length === 0)
    return { ...features, order: storedOrder(openedCase, featureSetId) };
  const dictionaries = openedCase.dictionaries();
  const kept = 4 * rowCount * featureCount <= mostFeatureBytesKept ? new Float32Array(rowCount * featureCount) : null;
  return withStreamFeatures(profile, spec, dictionaries, async (computer) => {
    computer.expectRows(rowCount);
    // Features over time remember the rows before, so that even rows stored by a stopped run are gone through again.
    const compute = await computerOfCase(openedCase, profile, spec, computer, dictionaries, context);
    const segments = openedCase.segments();
    for (let next = 0; next < segments.length;) {
      throwIfCancelled(context.signal);
      const turnEndMs = performance.now() + mostTurnMs;
      const computed: { readonly rows: SegmentSummary; readonly values: Float32Array }[] = [];
      do {
        const rows = segments[next++];
        const from = rows.firstSequence * featureCount;
        const length = rows.rowCount * featureCount;
        const values = kept?.subarray(from, from + length) ?? new Float32Array(length);
        compute(read?.take(rows) ?? openedCase.readSegmentColumns(rows), values);
        computed.push({ rows, values });
      } while (computed.length < segmentsHeld(featureCount) && next < segments.length && performance.now() < turnEndMs);
      // Others wait for the end of a transaction, so nothing is computed within it.
      openedCase.inTransaction(() => {
        for (const { rows, values } of computed) openedCase.writeFeatures(featureSetId, rows, values);
      });
      const last = segments[next - 1];
      context.report({ phase: 'features', done: last.firstSequence + last.rowCount, total: rowCount, unit: 'rows' });
      await new Promise(setImmediate);
    }
    const { order } = computer;
    openedCase.setSetting(orderSetting(featureSetId), order);
    if (kept !== null) openedCase.holdFeatures(featureSetId, kept, dataVersion);
    return { ...features, order };
  });
}

/**
 * What computes the features of all rows of a case. Where they did not come in the order of their event time, features over time
 * are computed in that order, unless there are too many rows to be put in order.
 */
export async function computerOfCase(
  openedCase: ReadableCase,
  profile: Profile,
  spec: FeatureSpec,
  features: StreamFeatures,
  dictionaries: Dictionaries,
  context: WorkContext,
): Promise<SegmentComputer> {
  const time = columnWithRole(profile, 'event_time')?.name;
  if (spec.windows === undefined || time === undefined) return features.compute;
  const received = new ReceivedOrder();
  for (const { columns } of segmentsOf(openedCase, [time])) {
    const block = columns.get(time);
    if (block?.kind === 'time') received.note(block.values);
  }
  if (received.stepsBack === 0 || openedCase.nextSequence() > mostSortedRows) return features.compute;
  const whole = new WholeStream(profile, spec, dictionaries);
  for (const segment of segmentsOf(openedCase, whole.columnNames)) {
    throwIfCancelled(context.signal);
    whole.add(segment);
  }
  return inTurns(features.takeWhole(whole), context.signal);
}

/** Longest time that work done in turns keeps everything else waiting. */
const turnMs = 50;

/** Does work to its end, listening between turns to whether it is to stop. */
export async function inTurns<T>(work: Generator<void, T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    throwIfCancelled(signal);
    const turnEndMs = performance.now() + turnMs;
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (performance.now() < turnEndMs);
    await new Promise(setImmediate);
  }
}

/** The stored features of a case, some tens of thousands of rows at a time, in stream order. */
export function* featureBlocks(
  openedCase: ReadableCase,
  { featureSetId, featureCount, rowCount }: StoredFeatures,
): Generator<FeatureBlock> {
  const rowsPerBlock = segmentsHeld(featureCount) * MAXIMUM_SEGMENT_ROWS;
  for (let firstSequence = 0; firstSequence < rowCount; firstSequence += rowsPerBlock) {
    const rows = { firstSequence, rowCount: Math.min(rowsPerBlock, rowCount - firstSequence) };
    const values =
      openedCase.readFeatures(featureSetId, rows) ?? impossible('rows whose features were stored have none');
    yield { ...rows, featureCount, values };
  }
}
