import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assay, writeExpected } from '../case-fixture.ts';
import { pythonEnvironment } from '../python-environment.ts';

const spark = pythonEnvironment('spark');
const isWithoutJava = spawnSync('java', ['-version']).status !== 0 && process.env['CI'] !== 'true';

interface Report {
  readonly withoutProgram?: string;
  readonly withoutPackages?: string;
  readonly scored: {
    readonly rows: number;
    readonly flags: number;
    readonly sums: number;
    readonly features: Readonly<Record<string, number>>;
  };
  readonly shuffles: { readonly named: number; readonly planned: number; readonly others: number };
  /** Or the sentence that it was refused with. */
  readonly trained: Trained | string;
  readonly trainedAgain?: Trained;
}
interface Trained {
  readonly digest: string;
  readonly thresholdUnits: number;
  readonly flagged: number;
}

/** What the exported jobs did with a recording, and the model of the case that they were exported from. */
async function jobsOf(
  recording: string,
  home: string,
  parameters: readonly string[] = [],
  second: readonly string[] = [],
  learns = false,
): Promise<{ readonly report: Report; readonly casePath: string; readonly digest: unknown; readonly flagged: number }> {
  const casePath = join(home, 'stream.assay');
  await assay(['run', recording, '--case', casePath, '--contamination', '0.01', ...parameters], home);
  if (learns) {
    const { model } = (await assay(['learn', '--case', casePath, '--from', 'labels'], home)) as {
      model: { id: number };
    };
    await assay(['promote', '--case', casePath, '--model', String(model.id), '--reason', 'learned'], home);
  }
  const { digest } = await assay(['export', 'spark', '--case', casePath, '--out', join(home, 'job')], home);
  const { rows, flagged } = writeExpected(casePath, join(home, 'expected.csv'));
  const report = (await spark.run('check_jobs.py', [
    join(home, 'job'),
    recording,
    join(home, 'expected.csv'),
    home,
    ...second,
  ])) as Report;
  expect(report.scored.rows).toBe(rows);
  // What is looked for by default is among them, habits and surprise too.
  for (const kind of ['amount-excess', 'burst', 'novelty', 'hour-rarity', 'new-visitors', 'confirmed-fraud'])
    expect(Object.keys(report.scored.features)).toContainEqual(expect.stringContaining(`_${kind}_`));
  return { report, casePath, digest, flagged };
}

function expectScoredAlike({ report }: Awaited<ReturnType<typeof jobsOf>>): void {
  const { flags, sums, features } = report.scored;
  const differing = Object.entries(features).filter(([, rows]) => rows > 0);
  expect({ flags, sums, differing }).toEqual({ flags: 0, sums: 0, differing: [] });
  expect(report.shuffles).toEqual({ named: 3, planned: 3, others: 0 });
}

function expectEqual(jobs: Awaited<ReturnType<typeof jobsOf>>): void {
  expectScoredAlike(jobs);
  const { report, digest, flagged } = jobs;
  expect(report.trained).toMatchObject({ digest, flagged });
}

function emptyHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'assay-spark-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

describe.skipIf(spark.isSkipped || isWithoutJava)('the exported Spark job', () => {
  const recording = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');

  it('ends before Spark starts where the Python that starts it lacks a package', async () => {
    const home = emptyHome();
    const casePath = join(home, 'stream.assay');
    await assay(['run', recording, '--case', casePath, '--trees', '5'], home);
    await assay(['export', 'spark', '--case', casePath, '--out', join(home, 'job')], home);
    for (const program of ['score_transactions.py', 'train_forest.py']) {
      const job = join(home, 'job', program);
      const without = `import runpy, sys, importlib.util as u; find = u.find_spec; u.find_spec = lambda n, *a: None if n == "pyarrow" else find(n, *a); sys.argv = ["job", "in", "out"]; runpy.run_path(${JSON.stringify(job)}, run_name="__main__")`;
      const { status, stderr } = spawnSync(spark.program('python'), ['-c', without], { encoding: 'utf8' });
      expect(status).toBe(1);
      expect(stderr).toMatch(/lacks pyarrow\. Install them there: pip install -r .*requirements\.txt/u);
    }
  });

  it('has the features, sums, flags and forests of the laptop on the bundled recording, and says what it lacks', async () => {
    const home = emptyHome();
    const jobs = await jobsOf(recording, home, ['--trees', '40'], ['25', '7']);
    expectEqual(jobs);
    const { report, casePath } = jobs;
    expect(report.withoutProgram).toMatch(/^PYSPARK_PYTHON names .*nowhere, which is no program here/u);
    expect(report.withoutPackages).toMatch(/^The workers' Python .* lacks .*pyarrow.*\. Install there what/u);

    // Trained with other parameters, from rows in another order: the laptop's forest, threshold and flags.
    const trained = await assay(
      ['train', '--case', casePath, '--trees', '25', '--seed', '7', '--contamination', '0.01'],
      home,
    );
    expect(report.trainedAgain).toMatchObject({ digest: (trained['model'] as { digest: string }).digest });
    const onLaptop = await assay(
      ['score', recording, '--model', casePath, '--model-name', '2', '--out', join(home, 'laptop.csv')],
      home,
    );
    const brought = await assay(
      ['score', recording, '--model', join(home, 'again', 'model.onnx'), '--out', join(home, 'brought.csv')],
      home,
    );
    expect(report.trainedAgain?.flagged).toBe(onLaptop['flagged']);
    expect(brought['flagsDigest']).toEqual(onLaptop['flagsDigest']);
  });

  it('has those of a model that learned from verdicts, and refuses to train one', async () => {
    const jobs = await jobsOf(recording, emptyHome(), ['--trees', '50'], [], true);
    expectScoredAlike(jobs);
    expect(jobs.report.trained).toMatch(/learned from verdicts/u);
  });
});
