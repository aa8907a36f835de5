// `npm test`: format, lint, walls, types, then the tests. Stops at the first check that fails.
// Arguments go to vitest, which then runs the main suite alone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFresh } from './command-line-bundle.mjs';
import { prepareServices } from './prepare-services.mjs';
import { runScript, toolPath } from './run-steps.mjs';
import { testElectron } from './test-electron.mjs';
import { isSuitableRuntime, unsuitableRuntimeSentence } from './runtime.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** One after the other: a broker that is killed, and a window, want the machine to themselves. */
const suites = [
  { name: 'tests', run: withVitest('vitest.config.ts') },
  { name: 'streams', run: withVitest('test/services/kafka/vitest.config.ts') },
  { name: 'window', run: withVitest('test/e2e/vitest.config.ts') },
  { name: 'electron', run: testElectron },
];

if (isSuitableRuntime()) {
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
  const checks = [
    { name: 'format', script: [toolPath('prettier', 'prettier'), '--check', '.', '--log-level', 'warn'] },
    { name: 'lint', script: [toolPath('eslint', 'eslint'), '.'] },
    { name: 'walls', script: ['scripts/walls.mjs'] },
    { name: 'types', script: ['scripts/types.mjs'] },
  ];
  for (const { name, script } of checks) {
    console.log(`> ${name}`);
    if ((await runScript(script)) !== 0) {
      console.error(`The ${name} check failed, so the tests were not run. See "npm run ${name}".`);
      printCounts({ passed: 0, failed: 1, skipped: 0 });
      return 1;
    }
  }
  if (process.env['CI'] === 'true') {
    console.log('> services');
    const missing = await prepareServices();
    if (missing !== null) {
      console.error(`The tests cannot run in full: ${missing}`);
      printCounts({ passed: 0, failed: 1, skipped: 0 });
      return 1;
    }
  }
  // Commands that tests start are then those that ship, and start in half the time.
  if (!isFresh() && (await runScript(['scripts/build-command-line.mjs'])) !== 0) return 1;
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of vitestArguments.length > 0 ? suites.slice(0, 1) : suites) {
    console.log(`> ${suite.name}`);
    const counts = await runSuite(suite.run, vitestArguments);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  printCounts(total);
  return total.failed === 0 ? 0 : 1;
}

/**
 * @param {string} config of vitest
 * @returns {(folder: string, vitestArguments: readonly string[]) => Promise<number>}
 */
function withVitest(config) {
  return (_folder, vitestArguments) =>
    runScript([toolPath('vitest', 'vitest'), 'run', '--config', config, ...vitestArguments]);
}

/**
 * @param {(folder: string, vitestArguments: readonly string[]) => Promise<number>} run gives vitest's exit code
 * @param {readonly string[]} vitestArguments
 * @returns {Promise<Counts>}
 */
async function runSuite(run, vitestArguments) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const exitCode = await run(folder, [...reporters, ...vitestArguments]);
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
