import type { DecodedSegment } from '../../domain/columns.ts';
import { impossible, usageError } from '../../domain/error.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { FeatureComputer, featureSpecDigest } from '../../features/compute-features.ts';
import type { Dictionaries } from '../../features/decode-segment.ts';
import { FeatureFitter, type FeatureOptions } from '../../features/fit-feature-spec.ts';
import { labelsOf } from '../../features/segment-access.ts';
import { WindowEngine, type TransactionBlock } from '../../features/windows/window-engine.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { MAXIMUM_SEGMENT_ROWS } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { segmentsOf } from '../../case/case-arrays.ts';
import { windowsInTimeOrder } from './time-order.ts';

/** The features of every row of a case, stored in it. They are never in memory as a whole. */
export interface CaseFeatures extends StoredFeatures {
  readonly spec: FeatureSpec;
  readonly notices: readonly string[];
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

/** Fits the feature spec over all rows of a case: constants, medians, shares. Window features are added as given. */
export function fitCaseSpec(
  openedCase: WritableCase,
  profile: Profile,
  windows: FeatureSpec['windows'],
  options: FeatureOptions,
  context: WorkContext,
): FeatureSpec {
  const fitter = new FeatureFitter(profile, openedCase.dictionaries(), options);
  for (const segment of segmentsOf(openedCase)) {
    throwIfCancelled(context.signal);
    fitter.add(segment);
  }
  const spec = fitter.finish();
  return windows === undefined || windows.features.length === 0 ? spec : { ...spec, windows };
}

/**
 * A spec without some of its features.
 * @throws AssayError UNKNOWN_COLUMN for a name that is no feature, NO_FEATURES when none is left.
 */
export function withoutFeatures(spec: FeatureSpec, leaveOut: readonly string[]): FeatureSpec {
  if (leaveOut.length === 0) return spec;
  const names = featureNames(spec);
  const unknown = leaveOut.filter((name) => !names.includes(name));
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

/** Segments computed between two looks at the signal and at what else waits. */
const segmentsPerTurn = 16;
/** Wide or slow segments end a turn earlier, so that being stopped is heard in time. */
const mostTurnMs = 250;
/** Rows read for scoring between two such looks. */
const rowsPerBlock = segmentsPerTurn * MAXIMUM_SEGMENT_ROWS;

/** Computes the features of every row by a spec and stores them; where all are stored already, nothing is done. */
export async function storeCaseFeatures(
  openedCase: WritableCase,
  profile: Profile,
  spec: FeatureSpec,
  context: WorkContext,
): Promise<CaseFeatures> {
  const featureSetId = openedCase.saveFeatureSet(spec, featureSpecDigest(spec));
  const featureCount = featureNames(spec).length;
  const rowCount = openedCase.nextSequence();
  const features = { spec, featureSetId, rowCount, featureCount, notices: [] };
  if (openedCase.segmentsWithoutFeatures(featureSetId).length === 0) return features;
  const dictionaries = openedCase.dictionaries();
  const ordered = windowsInTimeOrder(profile, spec.windows, timesOf(openedCase, profile), function* blocks() {
    for (const segment of segmentsOf(openedCase)) yield transactionBlock(profile, segment, dictionaries);
  });

  // Features over time remember the rows before, so that even rows stored by a stopped run are gone through again.
  const compute = createSegmentComputer(profile, spec, dictionaries);
  const segments = openedCase.segments();
  for (let next = 0; next < segments.length;) {
    throwIfCancelled(context.signal);
    const turnEndMs = performance.now() + mostTurnMs;
    openedCase.inTransaction(() => {
      for (let count = 0; count < segmentsPerTurn && next < segments.length; count++) {
        const summary = segments[next++];
        const values = new Float32Array(summary.rowCount * featureCount);
        compute(openedCase.readSegmentColumns(summary), values);
        if (ordered.values !== null) replaceWindows(values, summary, spec, ordered.values);
        openedCase.writeFeatures(featureSetId, summary, values);
        if (performance.now() > turnEndMs) break;
      }
    });
    const last = segments[next - 1];
    context.report({ phase: 'features', done: last.firstSequence + last.rowCount, total: rowCount, unit: 'rows' });
    await new Promise(setImmediate);
  }
  return { ...features, notices: ordered.notices };
}

/** The event time of every row, NaN where it is missing; none where the profile has no event time. */
function timesOf(openedCase: ReadableCase, profile: Profile): Float64Array {
  const time = columnWithRole(profile, 'event_time');
  if (time === undefined) return new Float64Array(0);
  const times = new Float64Array(openedCase.nextSequence()).fill(NaN);
  for (const { firstSequence, columns } of segmentsOf(openedCase, [time.name])) {
    const block = columns.get(time.name);
    if (block?.kind === 'time') times.set(block.values, firstSequence);
  }
  return times;
}

/** Puts the features over time of all rows, row-major, in the place of those of one segment. */
function replaceWindows(
  values: Float32Array,
  { firstSequence, rowCount }: { readonly firstSequence: number; readonly rowCount: number },
  spec: FeatureSpec,
  windows: Float32Array,
): void {
  const first = spec.features.length;
  const count = spec.windows?.features.length ?? 0;
  for (let row = 0; row < rowCount; row++) {
    const from = (firstSequence + row) * count;
    values.set(windows.subarray(from, from + count), row * (first + count) + first);
  }
}

/** The stored features of a case, some tens of thousands of rows at a time, in stream order. */
export function* featureBlocks(
  openedCase: ReadableCase,
  { featureSetId, featureCount, rowCount }: StoredFeatures,
): Generator<FeatureBlock> {
  for (let firstSequence = 0; firstSequence < rowCount; firstSequence += rowsPerBlock) {
    const rows = { firstSequence, rowCount: Math.min(rowsPerBlock, rowCount - firstSequence) };
    const values =
      openedCase.readFeatures(featureSetId, rows) ?? impossible('rows whose features were stored have none');
    yield { ...rows, featureCount, values };
  }
}

/** Computes the row-major features of one segment after the other, in stream order, into the array given. */
export type SegmentComputer = (segment: DecodedSegment, out: Float32Array) => void;

/** A computer whose memory of the segments seen before can be kept, and gone on from. */
export interface ResumableComputer {
  readonly compute: SegmentComputer;
  /** What the window features remember; empty where there are none. Holds with the dictionaries of the moment. */
  snapshot(): Uint8Array<ArrayBuffer>;
  restore(state: Uint8Array): void;
}

/** All features of a spec, row features first. Window features remember the segments seen before. */
export function createSegmentComputer(
  profile: Profile,
  spec: FeatureSpec,
  dictionaries: Dictionaries,
): SegmentComputer {
  return createResumableComputer(profile, spec, dictionaries).compute;
}

/** As `createSegmentComputer`, for a stream that is stopped and gone on with. */
export function createResumableComputer(
  profile: Profile,
  spec: FeatureSpec,
  dictionaries: Dictionaries,
): ResumableComputer {
  const rowComputer = new FeatureComputer(spec, dictionaries);
  const { windows } = spec;
  if (windows === undefined)
    return {
      compute: (segment, out) => void rowComputer.compute(segment, out),
      snapshot: () => new Uint8Array(0),
      restore: () => undefined,
    };

  const engine = new WindowEngine(windows);
  const rowFeatureCount = spec.features.length;
  const stride = rowFeatureCount + windows.features.length;
  return {
    compute: (segment, out) => {
      const rowFeatures = rowComputer.compute(segment);
      for (let row = 0; row < segment.rowCount; row++)
        for (let column = 0; column < rowFeatureCount; column++)
          out[row * stride + column] = rowFeatures[row * rowFeatureCount + column];
      engine.append(transactionBlock(profile, segment, dictionaries), {
        values: out,
        firstRow: 0,
        stride,
        firstColumn: rowFeatureCount,
      });
    },
    snapshot: () => Uint8Array.from(engine.snapshot()),
    restore: (state) => engine.restore(state),
  };
}

function transactionBlock(profile: Profile, segment: DecodedSegment, dictionaries: Dictionaries): TransactionBlock {
  const time = segment.columns.get(columnWithRole(profile, 'event_time')?.name ?? '');
  const amount = segment.columns.get(columnWithRole(profile, 'amount')?.name ?? '');
  const codes = new Map<string, Int32Array>();
  for (const [name, block] of segment.columns) if (block.kind === 'code') codes.set(name, block.codes);
  return {
    rowCount: segment.rowCount,
    times: time?.kind === 'time' ? time.values : new Float64Array(segment.rowCount).fill(NaN),
    codes,
    ...(amount?.kind === 'number' ? { amounts: amount.values } : {}),
    ...(columnWithRole(profile, 'label') === undefined ? {} : { labels: labelsOf(profile, segment, dictionaries) }),
  };
}
