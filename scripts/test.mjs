// `npm test`: format, lint, walls, types, then the tests. Stops at the first that fails; arguments go to vitest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareServices } from './prepare-services.mjs';
import { runScript, toolPath } from './run-steps.mjs';
import { isSuitableRuntime, unsuitableRuntimeSentence } from './runtime.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

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
  console.log('> tests');
  const folder = mkdtempSync(join(tmpdir(), 'assay-test-'));
  try {
    const report = join(folder, 'report.json');
    const exitCode = await runScript([
      toolPath('vitest', 'vitest'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...vitestArguments,
    ]);
    const counts = readCounts(report);
    // A file that does not load, or an error outside any test, fails the run without failing a test.
    if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
    printCounts(counts);
    return exitCode;
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
