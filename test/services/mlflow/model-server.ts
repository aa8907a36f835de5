import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PythonEnvironment } from '../python-environment.ts';
import { freePort } from './tracking-server.ts';

/** `mlflow models serve` of one model, from an environment that is there already. Resolves once it answers. */
export async function serveModel(
  environment: PythonEnvironment,
  model: string,
  trackingUri: string,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const port = await freePort();
  const python = environment.program('python');
  const parameters = ['-m', 'mlflow', 'models', 'serve', '-m', model, '-p', String(port), '--env-manager', 'local'];
  const serving = spawn(python, parameters, {
    env: {
      ...process.env,
      MLFLOW_TRACKING_URI: trackingUri,
      PATH: `${dirname(python)}${delimiter}${process.env['PATH'] ?? ''}`,
    },
    stdio: 'ignore',
    detached: true,
  });
  const stop = async (): Promise<void> => {
    if (serving.pid === undefined || serving.exitCode !== null) return;
    const ended = once(serving, 'exit');
    process.kill(-serving.pid, 'SIGKILL');
    await ended;
  };
  for (let attempt = 0; attempt < 1800; attempt++) {
    if ((await fetch(`http://127.0.0.1:${port}/ping`).catch(() => null))?.ok === true) return { port, stop };
    if (serving.exitCode !== null) throw new Error(`the model server of ${model} ended with ${serving.exitCode}`);
    await wait(100);
  }
  await stop();
  throw new Error(`the model server of ${model} did not answer`);
}
