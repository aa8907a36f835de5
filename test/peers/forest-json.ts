import type { CompiledForest } from '../../engine/domain/model.ts';

/** A forest as the JSON text that `shap_values.py` reads: its pools as plain lists. */
export function forestJson(forest: CompiledForest): string {
  const { roots, feature, threshold, left, right, units, sampleCount, shift } = forest;
  const lists = Object.entries({ roots, feature, threshold, left, right, units, sampleCount });
  return JSON.stringify({ shift, ...Object.fromEntries(lists.map(([name, pool]) => [name, Array.from(pool)])) });
}
