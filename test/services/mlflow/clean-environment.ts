/*
 * `npm run campaign:clean-environment [ROWS]`: trains on three recordings, exports each to a running MLflow, and asks the
 * model back in a Python environment made of nothing but its own requirements.txt: mlflow.pyfunc, mlflow.onnx and `mlflow models
 * serve`. Prints a line for each; ends with 1 where a flag or a sum differs. Needs the shared recordings.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedDataPath } from '../../shared-data.ts';
import { assay, writeExpected } from '../case-fixture.ts';
import { installList } from '../make-environment.mjs';
import { pythonEnvironment } from '../python-environment.ts';
import { serveModel } from './model-server.ts';
import { freePort, TrackingServer } from './tracking-server.ts';

const [rows = 100_000] = process.argv.slice(2).map(Number);
const home = mkdtempSync(join(tmpdir(), 'assay-clean-'));
const simulated = join(home, 'payments.csv');
const recordings = [
  { name: 'simulated', path: simulated },
  { name: 'handbook-2018-04', path: sharedDataPath('handbook', 'transactions-2018-04.csv.gz') },
  { name: 'handbook-2018-08', path: sharedDataPath('handbook', 'transactions-2018-08.csv.gz') },
];

interface Report {
  readonly rows: number;
  readonly flagged: number;
  readonly flags: number;
  readonly sums: number;
  readonly score: number;
}

const server = new TrackingServer(home, await freePort());
try {
  await server.start();
  await assay(['simulate', '--customers', '1100', '--days', '30', '--out', simulated], home);
  let isExact = true;
  for (const recording of recordings) isExact = (await compare(recording)) && isExact;
  process.exitCode = isExact ? 0 : 1;
} finally {
  await server.kill();
  rmSync(home, { recursive: true, force: true });
}

async function compare({ name, path }: (typeof recordings)[number]): Promise<boolean> {
  const casePath = join(home, `${name}.assay`);
  const folder = join(home, name);
  const expected = join(home, `${name}.expected.csv`);
  await assay(['run', path, '--case', casePath, '--trees', '100'], home);
  writeExpected(casePath, expected);
  const target = ['--tracking-uri', server.uri, '--experiment', 'clean', '--register', name, '--alias', 'champion'];
  await assay(['export', 'mlflow', '--case', casePath, '--out', folder, ...target], home);

  const clean = join(home, `${name}-python`);
  mkdirSync(clean);
  copyFileSync(join(folder, 'requirements.txt'), join(clean, 'requirements.txt'));
  const startedMs = performance.now();
  if (!installList(clean, 'requirements.txt')) throw new Error(`the requirements of ${name} cannot be installed`);
  const installSeconds = Math.round((performance.now() - startedMs) / 1000);
  const python = pythonEnvironment('mlflow', clean);

  const model = `models:/${name}@champion`;
  const limit = ['--rows', String(rows)];
  const environment = { MLFLOW_TRACKING_URI: server.uri };
  const loaded = (await python.run('check_published.py', [model, path, expected, ...limit], environment)) as Report;
  const { port, stop } = await serveModel(python, model, server.uri);
  const through = ['-', path, expected, ...limit, '--serve', String(port)];
  const served = (await python.run('check_published.py', through).finally(stop)) as Report;
  console.log(JSON.stringify({ recording: name, installSeconds, loaded, served }));
  return [loaded, served].every(({ flags, sums, score }) => flags === 0 && sums === 0 && score < 1e-6);
}
