import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { runOnTerminal } from '../../main/cli/terminal.ts';

export interface CommandOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const launcher = resolve(import.meta.dirname, '../../scripts/assay.mjs');

/** Starts the real command in a process of its own, as a script would. */
export function startAssay(
  parameters: readonly string[],
  home: string,
): { readonly child: ChildProcess; readonly ended: Promise<CommandOutcome> } {
  const child = spawn(process.execPath, [launcher, ...parameters], {
    env: { ...process.env, ASSAY_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandOutcome>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs the real command to its end. */
export function runAssay(parameters: readonly string[], home: string): Promise<CommandOutcome> {
  return startAssay(parameters, home).ended;
}

/**
 * The same in this process, which takes a tenth of the time: for what a command says and does, where how a process starts
 * and ends is not the question.
 */
export async function runAssayHere(parameters: readonly string[], home: string): Promise<CommandOutcome> {
  let stdout = '';
  let stderr = '';
  const engine = createEngine({ host: 'command-line', dataFolder: home });
  const context = { signal: new AbortController().signal, report: () => undefined };
  try {
    const code = await runOnTerminal(parameters, engine, context, {
      output: (text) => (stdout += text),
      errors: (text) => (stderr += text),
      abandon: () => undefined,
      ask: null,
    });
    return { code, signal: null, stdout, stderr };
  } finally {
    await engine.close();
  }
}

/** The JSON object on the last line; the test fails where there is none or where anything else was printed. */
export function jsonOf(outcome: CommandOutcome): Record<string, unknown> {
  const lines = outcome.stdout.trimEnd().split('\n');
  if (lines.length !== 1)
    throw new Error(`Standard output holds more than one line: ${outcome.stdout}\n${outcome.stderr}`);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
