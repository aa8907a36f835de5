import type { CaseSession } from '../../case/case-session.ts';
import { broughtSample } from '../../case/model/brought-sample.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { rowsOfTraining } from '../../case/model/recent-rows.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { populationStabilityIndex } from '../../evaluation/stability-index.ts';
import type { StoredModel } from '../../store/types.ts';

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

/** What a model takes along into another case. */
export function sampleToBring(from: CaseSession, model: StoredModel): FeatureMatrix | null {
  return trainingSample(from, model, BROUGHT_ROWS);
}
