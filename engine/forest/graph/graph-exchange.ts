import type { ScoreGraph } from '../../domain/model.ts';

/** What a thread that runs a graph is started with; all but the graph lies in shared memory. */
export interface GraphExchange {
  readonly graph: ScoreGraph;
  /** `ExchangeState`, then the bytes of a failure's text. */
  readonly control: Int32Array;
  /** Row-major, one batch: the columns of all inputs, one input after the other. */
  readonly cells: Float32Array;
  /** One number a row of the batch. */
  readonly answers: Float64Array;
  readonly failure: Uint8Array;
}

/** What `control[0]` says. */
export const exchangeState = { asked: 0, answered: 1, failed: 2 } as const;

const failureBytes = 2048;

/** Columns of all inputs together. */
export function widthOf({ inputs }: Pick<ScoreGraph, 'inputs'>): number {
  return inputs.reduce((sum, { columns }) => sum + columns, 0);
}

/** Memory for one batch of a graph. */
export function openExchange(graph: ScoreGraph): GraphExchange {
  const { batchRows } = graph;
  return {
    graph,
    control: new Int32Array(new SharedArrayBuffer(8)),
    cells: new Float32Array(new SharedArrayBuffer(4 * batchRows * widthOf(graph))),
    answers: new Float64Array(new SharedArrayBuffer(8 * batchRows)),
    failure: new Uint8Array(new SharedArrayBuffer(failureBytes)),
  };
}
