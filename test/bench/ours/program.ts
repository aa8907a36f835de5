import { readFileSync } from 'node:fs';
import type { FeatureMatrix } from '../../../engine/domain/model.ts';

/** Milliseconds of each named step, one entry for each repetition: what the peers' scripts print too. */
export class Stopwatch {
  readonly timesMs: Record<string, number[]> = {};

  async time<T>(step: string, work: () => T | Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const result = await work();
    (this.timesMs[step] ??= []).push(performance.now() - startedMs);
    return result;
  }
}

/** Prints the one line of JSON. */
export function printReport(stopwatch: Stopwatch, figures: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ timesMs: stopwatch.timesMs, ...figures })}\n`);
}

/** Reads row-major float32 rows. */
export function readMatrix(path: string, featureCount: number): FeatureMatrix {
  const bytes = readFileSync(path);
  const values = new Float32Array(new SharedArrayBuffer(bytes.byteLength));
  new Uint8Array(values.buffer).set(bytes);
  return { rowCount: values.length / featureCount, featureCount, values };
}
