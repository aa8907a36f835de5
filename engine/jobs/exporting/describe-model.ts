import { basename } from 'node:path';
import type { ColumnBlock, DecodedSegment } from '../../domain/columns.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { historyMark } from '../../domain/history-mark.ts';
import type { WorkContext } from '../../domain/progress.ts';
import type { Cell, DescribedModel, SplitTable } from '../../export/mlflow/described-model.ts';
import { modelColumns, type ModelColumn } from '../../export/mlflow/model-inputs.ts';
import type { Dictionaries } from '../../features/decode-segment.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { pointOf } from '../../case/line/tuning.ts';
import { evaluateIn } from '../training/evaluate-model.ts';
import { caseModelOf } from '../training/take-over-model.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { onnxOfModel } from './write-onnx.ts';
import { withCase } from '../../case/opening.ts';

const histogramBins = 60;
const curvePoints = 200;
const exampleRows = 5;

/** One model of a case with its figures, charts and an example: everything that leaves the laptop with it. */
export function describeModel(
  casePath: string,
  choice: string | undefined,
  context: WorkContext,
): Promise<DescribedModel> {
  return withCase(casePath, 'read', async (session) => {
    const { openCase: openedCase } = session;
    const stored = session.chosenModel(choice);
    const view = session.view(stored.id);
    const { sums, forest } = view;
    const { bytes, inputs } = onnxOfModel(openedCase, { stored, forest });
    const model = caseModelOf(session, { stored, forest });
    const index = session.tuningIndex(stored.id);
    const { edges, counts, positives } = index.histogram(histogramBins);
    const point = pointOf(session, stored.id, { kind: 'threshold', thresholdUnits: stored.threshold.units });
    const evaluated = point.basis === null ? null : await evaluateIn(session, String(stored.id), context);
    return {
      ...model,
      assayVersion: packageFile.version,
      onnx: bytes,
      inputs,
      digest: forest.digest,
      history: historyMark(openedCase.decisions.head()),
      treeCount: forest.treeCount,
      leaf: forest.leaf,
      sampleSize: forest.sampleSize,
      thresholdUnits: stored.threshold.units,
      thresholdScore: point.threshold,
      trainedAtMs: stored.createdAtMs,
      rows: sums.length,
      flagged: point.flagged,
      metrics: {
        rows: sums.length,
        flagged_rows: point.flagged,
        flagged_share: point.contamination,
        alerts: point.alerts,
        ...(point.alertsPerDay === null ? {} : { alerts_per_day: point.alertsPerDay }),
        threshold_score: point.threshold,
        ...(evaluated === null ? {} : evaluationMetrics(evaluated)),
      },
      histogram: Array.from(counts, (rows, bin) => ({
        fromScore: edges[bin],
        toScore: edges[bin + 1],
        rows,
        frauds: positives === null ? null : positives[bin],
      })),
      precisionRecall: index
        .precisionRecallCurve(curvePoints)
        .map(({ recall, precision, thresholdScore: score }) => ({ recall, precision, score })),
      example: exampleOf(openedCase, stored.featureSetId, modelColumns(model.spec, inputs), featureNames(model.spec)),
      recordings: openedCase
        .sources()
        .map(({ uri, fingerprint, rows }) => ({ name: basename(uri), fingerprint, rows })),
    };
  });
}

/** Evaluation by names that stay the same, so that a server can compare runs. */
function evaluationMetrics({
  evaluation,
  evaluations,
  baselines,
}: Pick<JobResult<'evaluate'>, 'evaluation' | 'evaluations' | 'baselines'>): Record<string, number> {
  const figures: readonly (readonly [string, number | null | undefined])[] = [
    ['labelled_rows', evaluation.labelled],
    ['fraud_rows', evaluation.positives],
    ['auroc', evaluation.auroc],
    ['auprc', evaluation.auprc],
    ['precision', evaluation.precision],
    ['recall', evaluation.recall],
    ['f1', evaluation.f1],
    ['precision_at_fraud_count', evaluation.precisionAtPositives],
    ['card_precision_top_100', evaluation.cardPrecisionTop100],
    ...Object.entries(evaluation.intervals).flatMap(([name, [low, high]]) => [
      [`${name}_low_95`, low] as const,
      [`${name}_high_95`, high] as const,
    ]),
    ...evaluations.flatMap(({ basis, positives, labelled, precision, recall }) => [
      [`${basis}_labelled_rows`, labelled] as const,
      [`${basis}_fraud_rows`, positives] as const,
      [`${basis}_precision`, precision] as const,
      [`${basis}_recall`, recall] as const,
    ]),
    ...baselines.flatMap(({ name, auroc, auprc }) => [
      [`baseline_${wordOf(name)}_auroc`, auroc] as const,
      [`baseline_${wordOf(name)}_auprc`, auprc] as const,
    ]),
  ];
  return Object.fromEntries(
    figures.filter((figure): figure is readonly [string, number] => Number.isFinite(figure[1])),
  );
}

function wordOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** The first rows of the case as the exported model takes them. */
function exampleOf(
  openedCase: ReadableCase,
  featureSetId: number,
  columns: readonly ModelColumn[],
  features: readonly string[],
): SplitTable {
  const [first] = openedCase.segments();
  const names = columns.map(({ name }) => name);
  if (first === undefined) return { columns: names, data: [] };
  const segment = openedCase.readSegmentColumns(first);
  const dictionaries = openedCase.dictionaries();
  const rowCount = Math.min(exampleRows, first.rowCount);
  const sequences = Array.from({ length: rowCount }, (_, row) => first.firstSequence + row);
  const computed = readFeatureRows(openedCase, featureSetId, features.length, sequences);
  const cell = ({ name, holds }: ModelColumn, row: number): Cell =>
    holds === 'feature'
      ? computed.values[row * features.length + features.indexOf(name)]
      : cellOf(segment, name, row, dictionaries);
  return { columns: names, data: sequences.map((_, row) => columns.map((column) => cell(column, row))) };
}

function cellOf(segment: DecodedSegment, name: string, row: number, dictionaries: Dictionaries): Cell {
  const block: ColumnBlock | undefined = segment.columns.get(name);
  if (block?.kind === 'number') return Number.isFinite(block.values[row]) ? block.values[row] : null;
  if (block?.kind === 'time') return Number.isNaN(block.values[row]) ? null : new Date(block.values[row]).toISOString();
  if (block?.kind === 'code')
    return block.codes[row] < 0 ? null : (dictionaries.get(name)?.textOf(block.codes[row]) ?? null);
  return null;
}
