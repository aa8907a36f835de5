import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawsOf } from './random.ts';
import { makeSeeds } from './seeds.ts';
import { runInput, targetOf, type Outcome, type TargetName } from './targets.ts';

/** What the process that runs inputs tells the one that watches it. */
export type RunnerReport =
  | { readonly kind: 'started'; readonly input: number; readonly target: TargetName }
  | { readonly kind: 'fault'; readonly input: number; readonly target: TargetName; readonly what: string }
  | {
      readonly kind: 'counts';
      readonly counts: Readonly<Record<string, Readonly<Record<Outcome, number>>>>;
      readonly peakBytes: number;
      /** Processor time since the last report. */
      readonly busyMs: number;
    };

/** The draws of an input: one seed after the other of the list, each with the number of the input. */
export function drawsOfInput(seeds: readonly number[], input: number): ReturnType<typeof drawsOf> {
  return drawsOf(Math.imul(seeds[input % seeds.length], 0x9e3779b1) + input);
}

const reportEvery = 256;

/** Which inputs a process runs: `count` of them or without end, from `first` on, every `step`th. */
export interface InputsToRun {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

/** Runs inputs; tells of each before it is run. */
export async function runInputs(
  seedList: readonly number[],
  { first, count, step }: InputsToRun,
  tell: (report: RunnerReport) => void,
): Promise<void> {
  const seeds = await makeSeeds();
  const folder = mkdtempSync(join(tmpdir(), 'assay-fuzz-'));
  let counts: Record<string, Record<Outcome, number>> = {};
  let toldBusyMs = 0;
  const tellCounts = (): void => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const busyMs = (userCPUTime + systemCPUTime) / 1000;
    tell({ kind: 'counts', counts, peakBytes: maxRSS * 1024, busyMs: busyMs - toldBusyMs });
    toldBusyMs = busyMs;
    counts = {};
  };
  try {
    for (let done = 0; done < count; done++) {
      const input = first + done * step;
      const draw = drawsOfInput(seedList, input);
      const target = targetOf(draw);
      tell({ kind: 'started', input, target });
      try {
        const outcome = await runInput(target, draw, { folder, seeds });
        counts[target] ??= { read: 0, refused: 0 };
        counts[target][outcome]++;
      } catch (error) {
        tell({
          kind: 'fault',
          input,
          target,
          what: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
      if (done % reportEvery === reportEvery - 1) tellCounts();
    }
    tellCounts();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.send !== undefined && process.argv[2] !== undefined) {
  const [seedList, first, count, step] = process.argv.slice(2);
  const inputs = { first: Number(first), count: Number(count), step: Number(step) };
  await runInputs(seedList.split(',').map(Number), inputs, (report) => process.send?.(report));
}
