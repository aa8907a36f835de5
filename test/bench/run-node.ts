import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const project = resolve(import.meta.dirname, '../..');
const memoryHook = pathToFileURL(join(import.meta.dirname, 'report-peak-memory.mjs')).href;

/** What a Node program that was measured printed last, how long it took from start to end, and what it used. */
export interface NodeRun {
  readonly json: Readonly<Record<string, unknown>>;
  readonly wallMs: number;
  /** Of all its threads, the system's part included. */
  readonly processorMs: number;
  readonly peakMemoryBytes: number;
}

/** The steps of a program of `ours/`, each with one time a repetition. */
export interface OurReport extends NodeRun {
  readonly timesMs: Readonly<Record<string, readonly number[]>>;
}

/**
 * Runs one Node program in its own process and reads the JSON object in its last line of standard output.
 * @param imports addresses of modules that are loaded before it
 */
export async function runNode(
  script: string,
  parameters: readonly string[],
  imports: readonly string[] = [],
): Promise<NodeRun> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  const memoryFile = join(folder, 'peak-memory');
  try {
    const startedMs = performance.now();
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...[memoryHook, ...imports].flatMap((url) => ['--import', url]), join(project, script), ...parameters],
      { cwd: project, env: { ...process.env, ASSAY_PEAK_MEMORY_FILE: memoryFile }, maxBuffer: 1 << 30 },
    );
    const wallMs = performance.now() - startedMs;
    const json = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as NodeRun['json'];
    const used = JSON.parse(await readFile(memoryFile, 'utf8')) as Pick<NodeRun, 'peakMemoryBytes' | 'processorMs'>;
    return { json, wallMs, ...used };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the `assay` command with `--json`. */
export function runAssay(parameters: readonly string[], imports: readonly string[] = []): Promise<NodeRun> {
  return runNode('scripts/assay.mjs', [...parameters, '--json'], imports);
}

/** Runs one program of `test/bench/ours`. */
export async function runOurs(script: string, parameters: readonly string[]): Promise<OurReport> {
  const run = await runNode(`test/bench/ours/${script}`, parameters);
  return { ...run, timesMs: run.json['timesMs'] as OurReport['timesMs'] };
}
