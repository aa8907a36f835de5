import { z } from 'zod';
import type { CaseSession } from '../../case/case-session.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { rowsOfTraining } from '../../case/model/recent-rows.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { populationStabilityIndex } from '../../evaluation/stability-index.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredModel } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';

/** Rows that drift is measured against. */
const SAMPLE_ROWS = 5_000;
/** Of them so many go along with a model into another case. */
const BROUGHT_ROWS = 2_000;

/** Some of the rows given, evenly spread. */
export function evenly(rows: Uint32Array, most: number): Uint32Array {
  const step = Math.max(1, Math.ceil(rows.length / most));
  return rows.filter((_, at) => at % step === 0);
}

/** Features of some rows, at most as many as drift is measured on. */
export function sampleOfRows(
  session: CaseSession,
  featureSetId: number,
  rows: Uint32Array,
  most = SAMPLE_ROWS,
): FeatureMatrix {
  const featureCount = featureNames(session.openCase.featureSpec(featureSetId)).length;
  return readFeatureRows(session.openCase, featureSetId, featureCount, evenly(rows, most));
}

/** Features of rows that a model was grown from, evenly spread over them; null where they are not known any more. */
export function trainingSample(session: CaseSession, model: StoredModel, most?: number): FeatureMatrix | null {
  const brought = broughtSample(session.openCase, model.digest);
  if (brought !== undefined) return brought;
  const rows = rowsOfTraining(session, model);
  return rows === null || rows.length === 0 ? null : sampleOfRows(session, model.featureSetId, rows, most);
}

/** The feature that moved most from one sample to the other, by its population stability index. */
export function greatestDrift(
  names: readonly string[],
  reference: FeatureMatrix,
  sample: FeatureMatrix,
): { readonly feature: string; readonly psi: number } {
  const column = ({ rowCount, featureCount, values }: FeatureMatrix, feature: number): Float64Array =>
    Float64Array.from({ length: rowCount }, (_, row) => values[row * featureCount + feature]);
  return names
    .map((feature, index) => ({
      feature,
      psi: populationStabilityIndex(column(reference, index), column(sample, index)),
    }))
    .reduce((most, each) => (each.psi > most.psi ? each : most));
}

const broughtSampleSchema = z.object({
  rowCount: z.number().int(),
  featureCount: z.number().int(),
  values: z.base64(),
});

function settingOf(digest: string): string {
  return `training sample ${digest}`;
}

/** What a model takes along into another case. */
export function sampleToBring(from: CaseSession, model: StoredModel): FeatureMatrix | null {
  return trainingSample(from, model, BROUGHT_ROWS);
}

/** Keeps, with a model taken over from another case, what it was trained on, so that drift can be measured against it. */
export function bringSample(into: WritableCase, digest: string, sample: FeatureMatrix | null): void {
  const { rowCount, featureCount, values } = sample ?? { rowCount: 0, featureCount: 0, values: new Float32Array() };
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  into.setSetting(settingOf(digest), { rowCount, featureCount, values: bytes.toString('base64') });
}

/** Whether a model was taken over from another case, whose rows it was grown from. */
export function isBrought(openedCase: ReadableCase, digest: string): boolean {
  return openedCase.setting(settingOf(digest)) !== undefined;
}

/** Undefined for a model of this case; null where the other case did not know its rows any more. */
function broughtSample(openedCase: ReadableCase, digest: string): FeatureMatrix | null | undefined {
  const stored = openedCase.setting(settingOf(digest));
  if (stored === undefined) return undefined;
  const { rowCount, featureCount, values } = broughtSampleSchema.parse(stored);
  if (rowCount === 0) return null;
  const bytes = Uint8Array.from(Buffer.from(values, 'base64'));
  return { rowCount, featureCount, values: new Float32Array(bytes.buffer) };
}
