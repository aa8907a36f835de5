import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngine, type Engine } from '../../engine/host/engine.ts';
import { exitCodeOf, exitCodes } from '../../main/cli/exit-code.ts';
import { createProgram } from '../../main/cli/program.ts';
import type { CommandSurroundings } from '../../main/cli/surroundings.ts';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import { documentedExamples, type ExampleWord } from './documented-examples.ts';
import { makeExamplePlaces, placeForExample } from './example-places.ts';

/** Examples that need more than this machine: how far each comes alone, and what it must say there. */
const needMore: readonly {
  readonly what: RegExp;
  readonly why: string;
  readonly comesTo: ErrorReport['code'] | 'its arguments' | 'waiting until it is stopped';
}[] = [
  { what: /kafka:\/\//, why: 'a broker', comesTo: 'BROKER_UNREACHABLE' },
  {
    what: /^(serve --score|score|push|promote|compare|model list|model take-over) .*127\.0\.0\.1/,
    why: 'a tracking server',
    comesTo: 'SERVER_UNAVAILABLE',
  },
  { what: /^score --model trained\//, why: 'a model that was trained on Spark', comesTo: 'its arguments' },
  { what: /^serve --score/, why: 'serves until it is stopped', comesTo: 'waiting until it is stopped' },
  { what: /^restore/, why: 'a backup made before', comesTo: 'its arguments' },
  { what: /^report .*--pdf/, why: 'the program with the window', comesTo: 'MISSING_DEPENDENCY' },
  {
    what: /^hand-over/,
    why: 'what somebody said of an outcome that needs two, and their key',
    comesTo: 'its arguments',
  },
  { what: /^reveal/, why: 'a token of another key', comesTo: 'its arguments' },
  { what: /^(lock|unlock)|^share .*--lock/, why: 'a passphrase, typed or set', comesTo: 'its arguments' },
  { what: /^serve/, why: 'opens a window, which was perhaps not built', comesTo: 'its arguments' },
  { what: /^export bigquery .*--table/, why: 'Google, and a login there', comesTo: 'its arguments' },
  { what: /^pipeline run/, why: 'the folder of an exported pipeline', comesTo: 'its arguments' },
  { what: /^learn (?!.*--from both)/, why: 'a hundred verdicts', comesTo: 'FEW_VERDICTS' },
  { what: / --expect /, why: 'the recording with these totals', comesTo: 'TOTALS_DIFFER' },
];

const root = mkdtempSync(join(tmpdir(), 'assay-examples-'));
const made = join(root, 'made');
const projectFolder = process.cwd();
const engine = createEngine({ host: 'command-line', dataFolder: join(root, 'home') });
let closedPort = 0;

/** What a command came to. */
interface Outcome {
  readonly exitCode: number;
  readonly error: ErrorReport | null;
  readonly printed: readonly string[];
}

beforeAll(async () => {
  vi.stubEnv('ASSAY_HOME', join(root, 'home'));
  for (const name of ['MLFLOW_TRACKING_URI', 'HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'])
    vi.stubEnv(name, undefined);
  closedPort = await portThatNobodyHas();
  await makeExamplePlaces(made, async (parameters) => {
    const { error } = await run(parameters);
    expect(error, parameters.join(' ')).toBeNull();
  });
});

afterEach(() => process.chdir(projectFolder));

afterAll(async () => {
  await engine.close();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('every example of the pages and of --help', () => {
  it.each(documentedExamples())('assay $line', async ({ line, words }) => {
    const folder = mkdtempSync(join(root, 'example-'));
    placeForExample(
      made,
      folder,
      words.map(({ text }) => text),
    );
    process.chdir(folder);
    const parameters = words.flatMap(wordOnThisMachine);
    const { comesTo } = needMore.find(({ what }) => what.test(line)) ?? { comesTo: null };
    const outcome = await run(parameters, {
      stopsOncePrinted: comesTo === 'waiting until it is stopped',
      onlyParses: comesTo === 'its arguments',
    });
    const isError = comesTo !== null && /^[A-Z_]+$/.test(comesTo);
    expect(outcome.error?.code ?? null, JSON.stringify(outcome.error)).toBe(isError ? comesTo : null);
    expect(outcome.exitCode).toBe(isError ? exitCodes.failed : exitCodes.done);
    if (parameters.includes('--json')) expect(() => JSON.parse(outcome.printed.at(-1) ?? '') as unknown).not.toThrow();
  });
});

/** File names in the place of `*`, and addresses and ports that are no others' on this machine. */
function wordOnThisMachine(
  { text, isQuoted }: ExampleWord,
  position: number,
  words: readonly ExampleWord[],
): readonly string[] {
  if (['--port', '--metrics'].includes(words[position - 1]?.text ?? '')) return ['0'];
  if (!isQuoted && text.includes('*')) return globSync(text).toSorted();
  if (text.startsWith('datasets/')) return [join(projectFolder, text)];
  return [text.replace(/(localhost|127\.0\.0\.1):\d+/, `127.0.0.1:${closedPort}`)];
}

async function run(
  parameters: readonly string[],
  { stopsOncePrinted = false, onlyParses = false } = {},
): Promise<Outcome> {
  const printed: string[] = [];
  const stop = new AbortController();
  let error: ErrorReport | null = null;
  const surroundings: CommandSurroundings = {
    engine: { ...engine, runJob: withoutRepetitions },
    context: { signal: stop.signal, report: () => undefined },
    print: (text) => {
      printed.push(text);
      if (stopsOncePrinted) stop.abort();
    },
    note: () => undefined,
    abandon: () => undefined,
    ask: null,
    fail: (report) => (error = report),
  };
  const program = createProgram(surroundings);
  if (onlyParses) commandOf(program, parameters).action(() => undefined);
  try {
    await program.parseAsync(parameters, { from: 'user' });
  } catch (refused) {
    if (!(refused instanceof CommanderError)) throw refused;
    error = { code: 'WRONG_USE', kind: 'usage', message: refused.message };
  }
  return { exitCode: error === null ? exitCodes.done : exitCodeOf(error), error, printed };
}

/** The command that the first words name: `serve`, or `bigquery` of `export`. */
function commandOf(program: Command, [first, ...rest]: readonly string[]): Command {
  const command = program.commands.find((each) => each.name() === first);
  return command === undefined ? program : commandOf(command, rest);
}

/** A server that is not there is not waited for. */
const withoutRepetitions: Engine['runJob'] = (name, input, context) =>
  engine.runJob(name, name === 'push' || name === 'exportMlflow' ? { ...input, repetitions: 0 } : input, context);

async function portThatNobodyHas(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
