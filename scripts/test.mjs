// `npm test`: format, lint, walls, types and the builds, then the tests. Stops where one of the former fails.
// Arguments go to vitest, which then runs the main suite alone.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommandLineIfStale, buildElectronIfStale, buildRendererIfStale } from './build-if-stale.mjs';
import { prepareServices } from './prepare-services.mjs';
import { runScript, toolPath } from './run-steps.mjs';
import { keepTemporaryFilesInMemory } from './temporary-files.mjs';
import { testElectron } from './test-electron.mjs';
import { isSuitableRuntime, unsuitableRuntimeSentence } from './runtime.mjs';

/** @typedef {import('./run-steps.mjs').Output} Output */
/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** Each is a command of `package.json`, too. The longest first; what the suites need is built once for all of them. */
const checks = [
  { name: 'types', run: withScript(['scripts/types.mjs']) },
  { name: 'lint', run: withScript([toolPath('eslint', 'eslint'), '.']) },
  { name: 'format', run: withScript([toolPath('prettier', 'prettier'), '--check', '.', '--log-level', 'warn']) },
  { name: 'walls', run: withScript(['scripts/walls.mjs']) },
  { name: 'build:renderer', run: buildRendererIfStale },
  { name: 'build:electron', run: buildElectronIfStale },
  // Commands that tests start are then those that ship, and start in half the time.
  { name: 'build', run: buildCommandLineIfStale },
];

/** Suites of one row run side by side: a core is idle where streams wait for their broker, and where a window waits for its page. */
const suites = [
  [
    { name: 'tests', run: withVitest('vitest.config.ts') },
    { name: 'streams', run: withVitest('test/services/kafka/vitest.config.ts') },
  ],
  [
    { name: 'window', run: withVitest('test/e2e/vitest.config.ts') },
    { name: 'electron', run: testElectron },
  ],
];

if (isSuitableRuntime()) {
  keepTemporaryFilesInMemory();
  process.exitCode = await runAll(process.argv.slice(2));
} else {
  console.error(unsuitableRuntimeSentence());
  process.exitCode = 1;
}

/**
 * @param {readonly string[]} vitestArguments
 * @returns {Promise<number>}
 */
async function runAll(vitestArguments) {
  const checking = runChecks();
  // Beside the checks, since it waits for downloads.
  const services = process.env['CI'] === 'true' ? captured(prepareServices) : null;
  const failed = await checking;
  if (services !== null) {
    const { result: missing, text } = await services;
    console.log('> services');
    process.stdout.write(text);
    if (failed.length === 0 && missing !== null) {
      console.error(`The tests cannot run in full: ${missing}`);
      printCounts({ passed: 0, failed: 1, skipped: 0 });
      return 1;
    }
  }
  if (failed.length > 0) {
    const commands = failed.map((name) => `"npm run ${name}"`).join(', ');
    console.error(`The ${failed[0]} check failed, so the tests were not run. See ${commands}.`);
    printCounts({ passed: 0, failed: failed.length, skipped: 0 });
    return 1;
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [first, ...others] of vitestArguments.length > 0 ? [suites[0].slice(0, 1)] : suites) {
    const aside = others.map((suite) => captured((output) => runSuite(suite, vitestArguments, output)));
    console.log(`> ${first.name}`);
    const counts = [await runSuite(first, vitestArguments, 'inherit')];
    for (const [index, { name }] of others.entries()) {
      const { result, text } = await aside[index];
      console.log(`> ${name}`);
      process.stdout.write(text);
      counts.push(result);
    }
    for (const { passed, failed, skipped } of counts) {
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
    }
  }
  printCounts(total);
  return total.failed === 0 ? 0 : 1;
}

/**
 * Runs the checks side by side, and shows what each printed when it is done.
 * @returns {Promise<readonly string[]>} names of those that failed, the first one first
 */
async function runChecks() {
  /** @type {string[]} */
  const failed = [];
  const waiting = [...checks];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
        const { result, text } = await captured(check.run);
        console.log(`> ${check.name}`);
        process.stdout.write(text);
        if (result !== 0) failed.push(check.name);
      }
    }),
  );
  return failed;
}

/**
 * @template T
 * @param {(output: Output) => Promise<T>} run
 * @returns {Promise<{ readonly result: T, readonly text: string }>} what it came to, and what it printed
 */
async function captured(run) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-output-'));
  const path = join(folder, 'output.txt');
  const output = openSync(path, 'w');
  try {
    const result = await run(output);
    return { result, text: readFileSync(path, 'utf8') };
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {readonly string[]} script
 * @returns {(output: Output) => Promise<number>}
 */
function withScript(script) {
  return (output) => runScript(script, {}, output);
}

/**
 * @param {string} config of vitest
 * @returns {(folder: string, vitestArguments: readonly string[], output: Output) => Promise<number>}
 */
function withVitest(config) {
  return (_folder, vitestArguments, output) =>
    runScript([toolPath('vitest', 'vitest'), 'run', '--config', config, ...vitestArguments], {}, output);
}

/**
 * @param {{ run(folder: string, vitestArguments: readonly string[], output: Output): Promise<number> }} suite whose `run` gives vitest's exit code
 * @param {readonly string[]} vitestArguments
 * @param {Output} output
 * @returns {Promise<Counts>}
 */
async function runSuite({ run }, vitestArguments, output) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const exitCode = await run(folder, [...reporters, ...vitestArguments], output);
    const counts = readCounts(report);
    // A file that does not load, or an error outside any test, fails the run without failing a test.
    if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} path of vitest's JSON report
 * @returns {Counts}
 */
function readCounts(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @param {Counts} counts */
function printCounts({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}
