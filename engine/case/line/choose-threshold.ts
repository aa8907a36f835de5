import type { CompiledForest } from '../../domain/model.ts';
import { buildTuningIndex, type ThresholdHandle as TuningHandle, type TuningIndex } from '../../forest/tuning.ts';
import type { StoredThreshold } from '../../store/types.ts';
import type { ThresholdHandle } from '../../../preload/contract/jobs.ts';

/** The tuning index of a scored case: every handle of the threshold is a search in it. `earlier`: see `TuningInput`. */
export function tuningIndexOf(
  forest: CompiledForest,
  sums: Int32Array,
  labels: Uint8Array | null,
  dayIndex: Int32Array | null,
  earlier?: TuningIndex,
): TuningIndex {
  return buildTuningIndex({
    forest,
    sums,
    ...(labels === null ? {} : { labels }),
    ...(dayIndex === null ? {} : { dayIndex }),
    ...(earlier === undefined ? {} : { earlier }),
  });
}

/** The contract's handle as the tuning index takes it. */
export function tuningHandle(handle: ThresholdHandle): TuningHandle {
  switch (handle.kind) {
    case 'contamination':
      return { kind: 'contamination', contamination: handle.value };
    case 'alerts-per-day':
      return { kind: 'alerts-per-day', alertsPerDay: handle.value };
    case 'recall':
      return { kind: 'recall', recall: handle.value };
    case 'precision':
      return { kind: 'precision', precision: handle.value };
    case 'cost':
      return { kind: 'cost', missedFraudCost: handle.missedFraud, reviewCost: handle.review };
  }
}

/** What is kept of a threshold: the integer that flags, and the rule that a person chose. */
export function storedThreshold(units: number, handle: ThresholdHandle): StoredThreshold {
  const { kind, ...details } = handle;
  return { units, rule: kind, details };
}
