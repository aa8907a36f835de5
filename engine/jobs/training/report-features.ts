import { resolve } from 'node:path';
import { featureNames } from '../../domain/feature-spec.ts';
import type { FeatureMatrix, ForestParameters } from '../../domain/model.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { anomalyOfSums, averagePrecision, type RowWeights } from '../../evaluation/ranking.ts';
import { explainRows } from '../../forest/reasons/explain-rows.ts';
import { trainForest } from '../../forest/train.ts';
import { populationStabilityIndex } from '../../evaluation/stability-index.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredModel } from '../../store/types.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { flaggedInOrder } from '../../case/alerts/explain-rows.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { withCase } from '../../case/opening.ts';
import { threadsToUse } from '../threads.ts';
import { claimFile } from '../exporting/output.ts';
import { textKind } from '../exporting/output-kind.ts';
import { scoreMatrix } from './train-model.ts';
import { matrixWithout, parametersWithout } from './without-columns.ts';

/** Flagged transactions whose reasons are averaged, most anomalous first. */
const explainedAlerts = 500;

const specKind = textKind('a feature spec', /\{\s*"version":\s*1,\s*"timeZone":/u);

/** The `features` job: what each feature of a model is like, what it adds, and what would be lost without it. */
export async function reportFeatures(
  input: ParsedJobInput<'features'>,
  context: WorkContext,
): Promise<JobResult<'features'>> {
  const output =
    input.output === undefined
      ? undefined
      : await claimFile(input.output, specKind, { reads: [input.casePath], force: input.force });
  return withCase(input.casePath, 'read', async (session) => {
    const stored = session.chosenModel(input.model);
    const view = session.view(stored.id);
    const { openCase: openedCase } = session;
    const { spec, words, background, backgroundRows: sample } = view;
    const names = featureNames(spec);
    const { labels, weights } = session.counted(view);
    const contributions = await contributionsToFlags(session, stored, names.length, context);
    const auprc = labels === null ? null : averagePrecision(labels, anomalyOfSums(view.sums), weights ?? undefined);
    const lost =
      input.oneOut && labels !== null && auprc !== null && stored.parameters.learning === undefined
        ? await lostWithout(openedCase, stored, names.length, { labels, weights: weights ?? undefined }, auprc, context)
        : null;
    const correlations = correlationsOf(sample);
    const windows = spec.windows?.features ?? [];
    await output?.write(`${JSON.stringify(spec, null, 2)}\n`);
    return {
      model: session.modelSummary(stored.id),
      features: names.map((name, feature) => ({
        name,
        description: words[feature].description,
        usesLabels: (spec.features[feature] ?? windows[feature - spec.features.length]).usesLabels,
        least: background[feature].least,
        median: background[feature].median,
        mean: background[feature].mean,
        greatest: background[feature].greatest,
        imputed: spec.features[feature]?.imputation.missingCount ?? 0,
        drift: driftOf(sample, feature),
        contribution: contributions.shares[feature],
        strongestCorrelation: strongest(correlations, names, feature),
        auprcLostWithout: lost === null ? null : lost[feature],
      })),
      auprc,
      explainedAlerts: contributions.alerts,
      spec,
      case: resolve(input.casePath),
    };
  });
}

/** Mean share of each feature in what makes the flagged transactions anomalous. */
async function contributionsToFlags(
  session: CaseSession,
  { id, featureSetId }: StoredModel,
  featureCount: number,
  context: WorkContext,
): Promise<{ readonly shares: Float64Array; readonly alerts: number }> {
  const { groups } = session.alerts(id);
  const view = session.view(id);
  // What was drawn from below the line is least anomalous of all, and is not flagged.
  const flagged = groups.rows.length - groups.explored.length;
  const rows = flaggedInOrder(groups.rows, view.sums).subarray(0, Math.min(flagged, explainedAlerts));
  const matrix = readFeatureRows(session.openCase, featureSetId, featureCount, rows);
  const { contributions } = await explainRows(view.forest, matrix, { ...context, threads: threadsToUse() });
  const shares = new Float64Array(featureCount);
  for (let row = 0; row < matrix.rowCount; row++) {
    const part = contributions.subarray(row * featureCount, (row + 1) * featureCount);
    const total = part.reduce((sum, value) => sum + value, 0);
    if (total !== 0) part.forEach((value, feature) => (shares[feature] += value / total / matrix.rowCount));
  }
  return { shares, alerts: matrix.rowCount };
}

/** What is known of transactions, and for how many each of them stands. */
interface Known {
  readonly labels: Uint8Array;
  readonly weights: RowWeights | undefined;
}

/** AUPRC lost when a forest with the same parameters is grown without one feature, for each feature. */
async function lostWithout(
  openedCase: ReadableCase,
  stored: StoredModel,
  featureCount: number,
  known: Known,
  auprc: number,
  context: WorkContext,
): Promise<readonly number[]> {
  const all = readFeatureRows(
    openedCase,
    stored.featureSetId,
    featureCount,
    Uint32Array.from({ length: openedCase.nextSequence() }, (_, row) => row),
  );
  const lost: number[] = [];
  for (let feature = 0; feature < featureCount; feature++) {
    throwIfCancelled(context.signal);
    lost.push(
      featureCount === 1 ? auprc : auprc - (await auprcWithout(all, feature, stored.parameters, known, context)),
    );
    context.report({ phase: 'evaluate', done: feature + 1, total: featureCount, unit: 'steps' });
  }
  return lost;
}

async function auprcWithout(
  all: FeatureMatrix,
  left: number,
  parameters: ForestParameters,
  { labels, weights }: Known,
  context: WorkContext,
): Promise<number> {
  const without = new Set([left]);
  const matrix = matrixWithout(all, without);
  const quiet = { ...context, report: () => undefined };
  const forest = await trainForest(matrix, parametersWithout(parameters, without), {
    threads: threadsToUse(),
    signal: context.signal,
  });
  const sums = await scoreMatrix(forest, matrix, quiet);
  return averagePrecision(labels, anomalyOfSums(sums), weights) ?? 0;
}

function driftOf(sample: FeatureMatrix, feature: number): number {
  const third = Math.floor(sample.rowCount / 3);
  const column = (from: number, to: number): Float64Array =>
    Float64Array.from({ length: to - from }, (_, row) => sample.values[(from + row) * sample.featureCount + feature]);
  return populationStabilityIndex(column(0, third), column(sample.rowCount - third, sample.rowCount));
}

/** Pearson correlations of all pairs of features over a sample; NaN where a feature does not vary. */
function correlationsOf(sample: FeatureMatrix): readonly Float64Array[] {
  const { rowCount, featureCount, values } = sample;
  const standard = Array.from({ length: featureCount }, (_, feature) => {
    const column = Float64Array.from({ length: rowCount }, (__, row) => values[row * featureCount + feature]);
    const mean = column.reduce((sum, value) => sum + value, 0) / rowCount;
    const centred = column.map((value) => value - mean);
    const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
    return centred.map((value) => value / length);
  });
  return standard.map((left) =>
    Float64Array.from(standard, (right) => left.reduce((sum, value, row) => sum + value * right[row], 0)),
  );
}

function strongest(
  correlations: readonly Float64Array[],
  names: readonly string[],
  feature: number,
): { with: string; value: number } | null {
  let best = -1;
  correlations[feature].forEach((value, other) => {
    if (other === feature || Number.isNaN(value)) return;
    if (best < 0 || Math.abs(value) > Math.abs(correlations[feature][best])) best = other;
  });
  return best < 0 ? null : { with: names[best], value: correlations[feature][best] };
}
