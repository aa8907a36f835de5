import type { FeatureSpec } from '../../domain/feature-spec.ts';
import type { OnnxInput } from '../onnx/preprocessing.ts';

/** One column of the table that the exported model takes. */
export interface ModelColumn {
  readonly name: string;
  /** `number`, `time` and `text` are columns of the recording; `feature` is a finished float32 feature. */
  readonly holds: 'number' | 'time' | 'text' | 'feature';
}

/** The columns of the table that the exported model takes: those of the recording, then features over time. */
export function modelColumns(spec: FeatureSpec, inputs: readonly OnnxInput[]): readonly ModelColumn[] {
  const columns = new Map<string, ModelColumn>();
  for (const { name, holds } of inputs) {
    if (holds !== 'matrix') columns.set(name, { name, holds });
    else {
      for (const { transform } of spec.features)
        columns.set(transform.column, { name: transform.column, holds: 'number' });
      for (const window of spec.windows?.features ?? [])
        columns.set(window.name, { name: window.name, holds: 'feature' });
    }
  }
  return [...columns.values()];
}
