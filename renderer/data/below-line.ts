import { useMemo } from 'react';
import type { RequestInput, RequestOutput } from '../../preload/contract/requests.ts';
import { useCaseState } from './app-state.tsx';
import { useRequest, type RequestResult } from './requests.ts';

type Sample = NonNullable<RequestInput<'belowLine.read'>['sample']>;

export interface BelowLine extends RequestResult<RequestOutput<'belowLine.read'>> {
  readonly seed: number;
  readonly setRows: (rows: number) => void;
  readonly setSeed: (seed: number) => void;
}

/** The random sample below the line of a model, as large as an analyst chose in any place. */
export function useBelowLine(modelId: number): BelowLine {
  const [rows, setRows] = useCaseState<number>('belowLine.rows', 0);
  const [seed, setSeed] = useCaseState<number>('belowLine.seed', 1);
  const sample = useMemo<Sample>(() => ({ seed, ...(rows > 0 ? { rows } : {}) }), [rows, seed]);
  const read = useRequest('belowLine.read', { modelId, sample }, { keepsPrevious: true });
  return { ...read, seed, setRows, setSeed };
}
