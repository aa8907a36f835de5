// What the tests need beyond npm, made where CI=true: there a missing service is a failure. On a laptop the tests
// that need one are skipped by name until it is made, with the commands below.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from './run-steps.mjs';

/** Scripts that make a Python environment, with their arguments. */
const environments = [['test/peers/make-environment.mjs', '--only-required']];

/**
 * Makes every service that CI must have.
 * @returns {string | null} what is missing and why, or null
 */
export function prepareServices() {
  for (const [script, ...parameters] of environments) {
    const { status } = spawnSync(process.execPath, [join(projectFolder, script ?? ''), ...parameters], {
      cwd: projectFolder,
      stdio: 'inherit',
    });
    if (status !== 0) return `${script} failed with exit code ${status}.`;
  }
  return null;
}
