/*
 * `npm run campaign:fuzz -- [--minutes 20] [--from N] [--processes 2] [--only N]`: inputs near whole ones, for every reader of recordings, profiles,
 * models and cases, by a fixed list of seeds. Prints a table; exits with 1 where an input ended the process, was a fault of
 * Assay itself, or took more than five seconds. `--only` runs one input again, in this process.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runInputs, type RunnerReport } from './fuzz/runner.ts';
import { targetNames } from './fuzz/targets.ts';

const seedList = [1, 2, 3, 5, 8, 13, 21, 34];
const hangMs = 5000;
const aloneMs = 120_000;
const runner = join(import.meta.dirname, 'fuzz/runner.ts');
const mostPeakBytes = 700 * 2 ** 20;
const shownFaults = 20;

interface Totals {
  inputs: number;
  crashes: number;
  hangs: number;
  faults: number;
  peakBytes: number;
  busyMs: number;
  readonly counts: Map<string, { read: number; refused: number }>;
  /** By the first lines of their stack, so that one fault is shown once. */
  readonly faultsByPlace: Map<string, number>;
  readonly lines: string[];
}

/** One process with every `step`th input from `first` on; gives the next after the one that ended it, or null when time is up. */
function runProcess(first: number, step: number, endMs: number, totals: Totals): Promise<number | null> {
  return new Promise((resolve) => {
    const child = fork(runner, [seedList.join(','), String(first), 'Infinity', String(step)]);
    let current: Extract<RunnerReport, { kind: 'started' }> | undefined;
    let startedMs = performance.now();
    let ending: 'time' | 'hang' | undefined;
    child.on('message', (report: RunnerReport) => {
      if (report.kind === 'started') {
        if (current !== undefined) totals.inputs++;
        current = report;
        startedMs = performance.now();
      } else if (report.kind === 'fault') {
        totals.faults++;
        const place = report.what.split('\n').slice(0, 3).join('\n');
        totals.faultsByPlace.set(place, (totals.faultsByPlace.get(place) ?? 0) + 1);
        if (totals.faultsByPlace.get(place) === 1)
          totals.lines.push(`fault, input ${report.input} (${report.target}): ${report.what}`);
      } else {
        totals.peakBytes = Math.max(totals.peakBytes, report.peakBytes);
        totals.busyMs += report.busyMs;
        for (const [target, { read, refused }] of Object.entries(report.counts)) {
          const known = totals.counts.get(target) ?? { read: 0, refused: 0 };
          totals.counts.set(target, { read: known.read + read, refused: known.refused + refused });
        }
      }
    });
    const watch = setInterval(() => {
      if (performance.now() > endMs) ending = 'time';
      else if (current !== undefined && performance.now() - startedMs > hangMs) ending = 'hang';
      if (ending !== undefined) child.kill('SIGKILL');
    }, 100);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      if (ending === 'time') return resolve(null);
      const place = `input ${current?.input ?? first} (${current?.target ?? 'seeds'})`;
      totals.inputs++;
      const ended = current?.input ?? first;
      const next = ended + step;
      if (ending === 'hang') {
        void hangsAlone(ended).then((hangs) => {
          if (hangs) totals.hangs++;
          totals.lines.push(`${hangs ? 'hang' : 'waited for the processor'}, ${place}: no end after ${hangMs} ms`);
          resolve(next);
        });
        return;
      }
      totals.crashes++;
      totals.lines.push(`crash, ${place}: the process ended with ${signal ?? String(code)}`);
      resolve(next);
    });
  });
}

/** Whether an input takes as much processor time by itself: on a busy machine a process may wait longer than it works. */
function hangsAlone(input: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = fork(runner, [seedList.join(','), String(input), '1', '1']);
    let busyMs = Number.POSITIVE_INFINITY;
    child.on('message', (report: RunnerReport) => {
      if (report.kind === 'counts') ({ busyMs } = report);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), aloneMs);
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(busyMs > hangMs);
    });
  });
}

async function campaign(minutes: number, from: number, processes: number): Promise<boolean> {
  const totals: Totals = {
    inputs: 0,
    crashes: 0,
    hangs: 0,
    faults: 0,
    peakBytes: 0,
    busyMs: 0,
    counts: new Map(),
    faultsByPlace: new Map(),
    lines: [],
  };
  const endMs = performance.now() + minutes * 60_000;
  // Each process takes its own share of one list, so that the same inputs are run whatever the number of processes.
  const lane = async (first: number): Promise<void> => {
    for (let next: number | null = first; next !== null;) next = await runProcess(next, processes, endMs, totals);
  };
  await Promise.all(Array.from({ length: processes }, (_, index) => lane(from + index)));

  for (const line of totals.lines.slice(0, shownFaults)) console.log(line);
  if (totals.lines.length > shownFaults) console.log(`and ${totals.lines.length - shownFaults} more`);
  console.log('\n| target | read | refused with a sentence |\n| --- | --: | --: |');
  for (const name of targetNames) {
    const { read, refused } = totals.counts.get(name) ?? { read: 0, refused: 0 };
    console.log(`| ${name} | ${read} | ${refused} |`);
  }
  const peakMegabytes = Math.round(totals.peakBytes / 2 ** 20);
  console.log(
    `\n${totals.inputs} inputs in ${minutes} min and ${Math.round(totals.busyMs / 1000)} s of processor time: ${totals.crashes} crashes, ${totals.hangs} hangs, ${totals.faults} faults, peak ${peakMegabytes} MB.`,
  );
  return totals.crashes + totals.hangs + totals.faults === 0 && totals.peakBytes <= mostPeakBytes;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    from: { type: 'string', default: '0' },
    processes: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    only: { type: 'string' },
  },
});
if (values.only !== undefined) {
  const inputs = { first: Number(values.only), count: 1, step: 1 };
  await runInputs(seedList, inputs, (report) => console.log(report));
} else
  process.exitCode = (await campaign(Number(values.minutes), Number(values.from), Number(values.processes))) ? 0 : 1;
