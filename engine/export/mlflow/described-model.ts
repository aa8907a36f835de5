import type { CaseModel } from './case-model.ts';
import type { LeafForm } from '../../domain/model.ts';
import type { OnnxInput } from '../onnx/preprocessing.ts';
import type { PrecisionRecallPoint, ScoreHistogramBin } from './score-charts.ts';

export type Cell = string | number | null;

/** A table in the form that MLflow calls `split`. */
export interface SplitTable {
  readonly columns: readonly string[];
  readonly data: readonly (readonly Cell[])[];
}

/** Everything that leaves the laptop with a model. */
export interface DescribedModel extends CaseModel {
  readonly assayVersion: string;
  readonly onnx: Uint8Array;
  readonly inputs: readonly OnnxInput[];
  readonly digest: string;
  /** Head of the history of its case, as `historyMark` writes it. */
  readonly history: string;
  readonly treeCount: number;
  /** Whether scores lie in 0 to 1; else they are on a scale of the model's own. */
  readonly leaf: LeafForm;
  /** Rows each tree was grown on. */
  readonly sampleSize: number;
  readonly thresholdUnits: number;
  readonly thresholdScore: number;
  readonly trainedAtMs: number;
  readonly rows: number;
  readonly flagged: number;
  /** Figures by stable name; shares and areas lie in 0 to 1. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly histogram: readonly ScoreHistogramBin[];
  /** Empty without labels. */
  readonly precisionRecall: readonly PrecisionRecallPoint[];
  readonly example: SplitTable;
  readonly recordings: readonly { readonly name: string; readonly fingerprint: string; readonly rows: number }[];
}
