/**
 * `npm run campaign:spark [RECORDING...]`: the exported Spark jobs in local mode against the laptop, on the Handbook's months or the
 * recordings given, one file a month and named in their order. Prints flags, sums, features and the forest's digest, the shuffles and
 * what each took. Ends with 1 where one of them differs.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { sharedDataFolder } from '../../shared-data.ts';
import { assay, writeExpected } from '../case-fixture.ts';
import { pythonEnvironment } from '../python-environment.ts';

interface Measured {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly printed: string;
}

const spark = pythonEnvironment('spark');
const python = spark.program('python');
const home = mkdtempSync(join(tmpdir(), 'assay-spark-campaign-'));
const inHome = (name: string): string => join(home, name);

function monthsOfTheHandbook(): readonly string[] {
  if (sharedDataFolder === null) throw new Error('Name recordings: the Handbook is not here.');
  const folder = join(sharedDataFolder, 'handbook');
  return readdirSync(folder)
    .filter((name) => name.startsWith('transactions-'))
    .toSorted()
    .map((name) => join(folder, name));
}

async function measured(program: string, output: string): Promise<Measured> {
  const job = [join(inHome('job'), program), inHome('months'), inHome(output)];
  return (await spark.run('measure.py', [python, ...job], {
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
  })) as Measured;
}

try {
  const given = process.argv.slice(2).map((path) => resolve(path));
  const recordings = given.length > 0 ? given : monthsOfTheHandbook();
  mkdirSync(inHome('months'));
  for (const path of recordings) symlinkSync(path, join(inHome('months'), basename(path)));
  const casePath = inHome('case.assay');
  const startedMs = performance.now();
  await assay(['run', ...recordings, '--case', casePath, '--contamination', '0.01'], home);
  const laptopSeconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const { digest } = await assay(['export', 'spark', '--case', casePath, '--out', inHome('job')], home);
  const laptop = writeExpected(casePath, inHome('expected.csv'));

  const scoring = await measured('score_transactions.py', 'scored');
  const scored = (await spark.run('compare_scored.py', [inHome('scored'), inHome('expected.csv')])) as {
    readonly rows: number;
    readonly flags: number;
    readonly sums: number;
    readonly features: Readonly<Record<string, number>>;
  };
  const training = await measured('train_forest.py', 'trained');
  const trained = JSON.parse(training.printed) as {
    readonly digest: string;
    readonly flagged: number;
    readonly shuffles: readonly string[];
  };
  const differing = scored.flags + scored.sums + Object.values(scored.features).reduce((sum, rows) => sum + rows, 0);
  const isEqual =
    scored.rows === laptop.rows && differing === 0 && trained.digest === digest && trained.flagged === laptop.flagged;
  console.log(
    JSON.stringify({
      cores: availableParallelism(),
      rows: laptop.rows,
      laptopSeconds,
      scoring: { seconds: scoring.seconds, processorSeconds: scoring.processorSeconds },
      differing: {
        rows: differing,
        flags: scored.flags,
        sums: scored.sums,
        features: Object.keys(scored.features).length,
      },
      shuffles: trained.shuffles,
      training: { seconds: training.seconds, processorSeconds: training.processorSeconds },
      digest: { laptop: digest, spark: trained.digest },
      flagged: { laptop: laptop.flagged, spark: trained.flagged },
      isEqual,
    }),
  );
  process.exitCode = isEqual ? 0 : 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
