import { randomStream } from '../../forest/random.ts';
import { isFlagged } from '../../forest/threshold.ts';

/** What decides which transactions below the line are drawn. */
export interface BelowLineDraw {
  /** Of every row of the case; lower is more anomalous. */
  readonly sums: Int32Array;
  readonly thresholdUnits: number;
  /** Hexadecimal. */
  readonly modelDigest: string;
  readonly seed: number;
  readonly count: number;
}

/** The lots of the rows of a case, one after the other in stream order: uniform in [0, 1), by model and seed only. */
export function lotsBelowLine(modelDigest: string, seed: number): () => number {
  const stream = randomStream(seed, Number.parseInt(modelDigest.slice(0, 8), 16), 'belowLine');
  return () => stream.nextUnit();
}

/** Candidates kept beyond those wanted before they are sorted out. */
const SLACK = 1024;

/**
 * A uniform draw without replacement among the rows that are not flagged, in drawing order: every row has a lot that
 * hangs on model, seed and place in the stream only, and the lowest ones are drawn. So a larger draw begins with the
 * smaller one, and neither a moved threshold nor rows that come in later replace what need not be replaced.
 */
export function drawBelowLine({ sums, thresholdUnits, modelDigest, seed, count }: BelowLineDraw): readonly number[] {
  const nextLot = lotsBelowLine(modelDigest, seed);
  let drawn: { readonly row: number; readonly lot: number }[] = [];
  let highest = Infinity;
  const sortOut = (): void => {
    drawn = drawn.sort((left, right) => left.lot - right.lot || left.row - right.row).slice(0, count);
    if (drawn.length === count) highest = drawn.at(-1)?.lot ?? highest;
  };
  sums.forEach((sum, row) => {
    const lot = nextLot();
    if (isFlagged(sum, thresholdUnits) || lot > highest) return;
    drawn.push({ row, lot });
    if (drawn.length >= count + SLACK) sortOut();
  });
  sortOut();
  return drawn.map(({ row }) => row);
}
