// What the tests need beyond npm, made where CI=true: there a missing service is a failure. On a laptop the tests
// that need one are skipped by name until it is made, with the commands below.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { makeInstaller } from '../test/services/make-environment.mjs';
import { projectFolder } from './run-steps.mjs';

/** Scripts that make a service, with their arguments. */
const services = [
  // The longest first: PySpark is built from source.
  ['test/services/spark/make-environment.mjs'],
  ['scripts/ensure-chromium.mjs'],
  ['scripts/ensure-electron.mjs'],
  ['test/peers/make-environment.mjs', '--only-required'],
  ['test/services/mlflow/make-environment.mjs'],
  ['test/services/mlflow2/make-environment.mjs'],
  ['test/services/kfp/make-environment.mjs'],
  ['test/services/kubernetes/make-environment.mjs'],
  ['test/services/prometheus/make-environment.mjs'],
  ['test/services/schemathesis/make-environment.mjs'],
  ['test/services/model-signing/make-environment.mjs'],
];

/**
 * Makes every service that CI must have, all at once.
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<string | null>} what is missing, or null
 */
export async function prepareServices(output = 'inherit') {
  // Once for all: they would otherwise each fetch it.
  makeInstaller();
  const failures = await Promise.all(
    services.map(async ([script = '', ...parameters]) => {
      const child = spawn(process.execPath, [join(projectFolder, script), ...parameters], {
        cwd: projectFolder,
        stdio: ['inherit', output, output],
      });
      const [code] = await once(child, 'exit');
      return code === 0 ? [] : [`${script} failed with exit code ${code}`];
    }),
  );
  return failures.flat().length === 0 ? null : `${failures.flat().join('; ')}.`;
}
