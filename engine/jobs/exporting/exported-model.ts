import { basename } from 'node:path';
import type { ColumnBlock, DecodedSegment } from '../../domain/columns.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import type { WorkContext } from '../../domain/progress.ts';
import type { Cell, ExportedModel, SplitTable } from '../../export/mlflow/exported-model.ts';
import { modelColumns, type ModelColumn } from '../../export/mlflow/model-inputs.ts';
import type { Dictionaries } from '../../features/decode-segment.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredThreshold } from '../../store/types.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { readDays, readLabels } from '../../case/case-columns.ts';
import { chooseModel, readSums } from '../../case/model/choose-model.ts';
import { tuningIndexOf } from '../../case/line/choose-threshold.ts';
import { evaluateModel } from '../training/evaluate-model.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { onnxOfModel } from './model-onnx.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';

const histogramBins = 60;
const curvePoints = 200;
const exampleRows = 5;

/** One model of a case with its figures, charts and an example: everything that leaves the laptop with it. */
export async function readExportedModel(
  casePath: string,
  choice: string | undefined,
  context: WorkContext,
): Promise<ExportedModel> {
  const openedCase = openCaseToRead(casePath);
  try {
    const chosen = chooseModel(openedCase, choice);
    const { stored, forest } = chosen;
    const { bytes, inputs, profile, spec } = onnxOfModel(openedCase, chosen);
    const sums = readSums(openedCase, stored);
    const labels = readLabels(openedCase, profile);
    const index = tuningIndexOf(forest, sums, labels, readDays(openedCase, profile));
    const { edges, counts, positives } = index.histogram(histogramBins);
    const flagged = index.flaggedRows(stored.threshold.units).length;
    const thresholdScore = scoreOfSum(forest, stored.threshold.units);
    const isLabelled = labels?.some((label) => label <= 1) ?? false;
    const evaluated = isLabelled
      ? await evaluateModel({ casePath, model: String(stored.id), overrides: {} }, context)
      : null;
    return {
      name: stored.name,
      assayVersion: packageFile.version,
      onnx: bytes,
      inputs,
      profile,
      spec,
      digest: forest.digest,
      parameters: stored.parameters,
      sampleSize: forest.sampleSize,
      thresholdUnits: stored.threshold.units,
      thresholdScore,
      thresholdRule: flatRule(stored.threshold),
      trainedRows: stored.trainedRows,
      trainedAtMs: stored.createdAtMs,
      rows: sums.length,
      flagged,
      metrics: {
        rows: sums.length,
        flagged_rows: flagged,
        flagged_share: sums.length === 0 ? 0 : flagged / sums.length,
        threshold_score: thresholdScore,
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
      example: exampleOf(openedCase, stored.featureSetId, modelColumns(spec, inputs), featureNames(spec)),
      recordings: openedCase
        .sources()
        .map(({ uri, fingerprint, rows }) => ({ name: basename(uri), fingerprint, rows })),
    };
  } finally {
    openedCase.close();
  }
}

/** Evaluation by names that stay the same, so that a server can compare runs. */
function evaluationMetrics({ evaluation, baselines }: JobResult<'evaluate'>): Record<string, number> {
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

function flatRule({ rule, details }: StoredThreshold): Record<string, string | number> {
  const entries = Object.entries(details).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'string' ? [[name, value] as const] : [],
  );
  return { rule, ...Object.fromEntries(entries) };
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
  const segment = openedCase.readSegmentColumns(first.id);
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
