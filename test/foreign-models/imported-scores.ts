import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../engine/host/engine.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';

/** Runs a job as any door does, and gives its result. */
export async function runJobHere<J extends JobName>(home: string, name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const engine = createEngine({ host: 'command-line', dataFolder: home });
  try {
    const answer = await engine.runJob(name, input, { signal: new AbortController().signal, report: () => undefined });
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message} ${answer.error.nextStep ?? ''}`);
    return answer.data;
  } finally {
    await engine.close();
  }
}

/** A set that `make_models.py` wrote: its rows without the scores, and these. */
export interface ForeignSet {
  readonly recording: string;
  readonly features: readonly string[];
  readonly scores: Readonly<Record<'isolation' | 'boosted', readonly number[]>>;
}

/** Reads a set, and writes its rows alone into `home`, as a recording. */
export function readForeignSet(folder: string, home: string): ForeignSet {
  const [header, ...rows] = readFileSync(join(folder, 'rows.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const width = header.length - 2;
  const recording = join(home, 'rows.csv');
  writeFileSync(recording, [header, ...rows].map((cells) => `${cells.slice(0, width).join(',')}\n`).join(''));
  return {
    recording,
    features: header.slice(1, width),
    scores: {
      isolation: rows.map((cells) => Number(cells[width])),
      boosted: rows.map((cells) => Number(cells[width + 1])),
    },
  };
}

/** The scores of a recording by a model of a case or an ONNX file, in the order of its rows, and what they come to. */
export async function scoresOf(
  home: string,
  model: string,
  recording: string,
  modelChoice?: number,
): Promise<{ readonly scores: readonly number[]; readonly flagsDigest: string }> {
  const output = join(home, 'scores.csv');
  const { flagsDigest } = await runJobHere(home, 'score', {
    model,
    recordings: [recording],
    output,
    force: true,
    ...(modelChoice === undefined ? {} : { modelChoice: String(modelChoice) }),
  });
  const scores = readFileSync(output, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]));
  return { scores, flagsDigest };
}

/** The greatest difference of two lists of the same length. */
export function greatestDifference(left: readonly number[], right: readonly number[]): number {
  if (left.length !== right.length) return NaN;
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - right[index])), 0);
}
