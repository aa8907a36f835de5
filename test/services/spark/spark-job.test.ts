import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sharedDataFolder, sharedDataPath } from '../../shared-data.ts';
import { assay, writeExpected } from '../case-fixture.ts';
import { pythonEnvironment } from '../python-environment.ts';

const spark = pythonEnvironment('spark');
const isWithoutJava = spawnSync('java', ['-version']).status !== 0 && process.env['CI'] !== 'true';

/** Differences between the exported job and the laptop on one recording. */
async function differences(
  recording: string,
  parameters: readonly string[] = [],
  { learns = false }: { readonly learns?: boolean } = {},
): Promise<unknown> {
  const home = mkdtempSync(join(tmpdir(), 'assay-spark-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const casePath = join(home, 'stream.assay');
  await assay(['run', recording, '--case', casePath, ...parameters], home);
  if (learns) {
    const { model } = (await assay(['learn', '--case', casePath, '--from', 'labels'], home)) as {
      model: { id: number };
    };
    await assay(['promote', '--case', casePath, '--model', String(model.id), '--reason', 'learned'], home);
  }
  await assay(['export', 'spark', '--case', casePath, '--out', join(home, 'job')], home);
  const { rows } = writeExpected(casePath, join(home, 'expected.csv'));
  const report = (await spark.run('check_scored.py', [
    join(home, 'job'),
    recording,
    join(home, 'expected.csv'),
    join(home, 'scored'),
  ])) as { rows: number; flags: number; sums: number; features: Record<string, number> };
  expect(report.rows).toBe(rows);
  // What is looked for by default is among them, habits and surprise too.
  for (const kind of ['amount-excess', 'burst', 'novelty', 'hour-rarity', 'new-visitors', 'confirmed-fraud'])
    expect(Object.keys(report.features)).toContainEqual(expect.stringContaining(`_${kind}_`));
  return {
    flags: report.flags,
    sums: report.sums,
    features: Object.values(report.features).filter((count) => count > 0),
  };
}

describe.skipIf(spark.isSkipped || isWithoutJava)('the exported Spark job', () => {
  it('ends before it reads where PYSPARK_PYTHON names no program, or a package is missing', async () => {
    const home = mkdtempSync(join(tmpdir(), 'assay-spark-python-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const casePath = join(home, 'stream.assay');
    const recording = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');
    await assay(['run', recording, '--case', casePath, '--trees', '5'], home);
    await assay(['export', 'spark', '--case', casePath, '--out', join(home, 'job')], home);
    const run = (parameters: readonly string[], environment: NodeJS.ProcessEnv): string => {
      const { status, stderr } = spawnSync(spark.program('python'), parameters, {
        env: { ...process.env, ...environment },
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      return stderr;
    };
    const job = join(home, 'job', 'score_transactions.py');
    expect(run([job, recording, join(home, 'scored')], { PYSPARK_PYTHON: join(home, 'nowhere') })).toMatch(
      /^PYSPARK_PYTHON names .*nowhere, which is no program here/mu,
    );
    const without = `import runpy, sys, importlib.util as u; find = u.find_spec; u.find_spec = lambda n, *a: None if n == "pyarrow" else find(n, *a); sys.argv = ["job", "in", "out"]; runpy.run_path(${JSON.stringify(job)}, run_name="__main__")`;
    expect(run(['-c', without], {})).toMatch(/lacks pyarrow\. Install them there: pip install -r .*requirements\.txt/u);
  });

  it('has the features, sums and flags of the laptop on the bundled recording', async () => {
    const recording = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');
    expect(await differences(recording)).toEqual({ flags: 0, sums: 0, features: [] });
  });

  it('has them of a model that learned from verdicts', async () => {
    const recording = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');
    expect(await differences(recording, ['--trees', '50'], { learns: true })).toEqual({
      flags: 0,
      sums: 0,
      features: [],
    });
  });

  it.skipIf(sharedDataFolder === null)(
    'has them on a month of the Handbook',
    async () => {
      const recording = sharedDataPath('handbook', 'transactions-2018-04.csv.gz');
      expect(await differences(recording, ['--trees', '100'])).toEqual({ flags: 0, sums: 0, features: [] });
    },
    1_200_000,
  );
});
