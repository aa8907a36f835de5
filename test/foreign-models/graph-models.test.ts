import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaseSession } from '../../engine/case/case-session.ts';
import { alertDetail } from '../../engine/case/alerts/alert-detail.ts';
import { typedKey } from '../../engine/case/alerts/alert-keys.ts';
import { openCaseToRead } from '../../engine/case/opening.ts';
import { operator, tensorOf } from '../../engine/export/onnx/export-onnx.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
} from '../../engine/export/onnx/schema/onnx_pb.js';
import { decodeForest, encodeForest } from '../../engine/forest/compile.ts';
import { startScoringService } from '../../engine/host/scoring-service.ts';
import type { JobInput, JobResult } from '../../preload/contract/jobs.ts';
import { runAssayHere } from '../command-line/run-assay.ts';
import { autoencoder, constant, graphFile, meanOfColumns, reconstructionError, type GraphParts } from './graphs.ts';
import { greatestDifference, readForeignSet, runJobHere, scoresOf, type ForeignSet } from './imported-scores.ts';

const folder = import.meta.dirname;
const home = mkdtempSync(join(tmpdir(), 'assay-graphs-'));
const casePath = join(home, 'graphs.assay');
const file = join(home, 'autoencoder.onnx');
let set: ForeignSet;
let rows: readonly (readonly number[])[];
let first: JobResult<'importModel'>;

beforeAll(async () => {
  set = readForeignSet(folder, home);
  rows = readFileSync(set.recording, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(1).map(Number));
  writeFileSync(file, graphFile(autoencoder));
  await runJobHere(home, 'ingest', { casePath, recordings: [set.recording] });
  first = await imported(file);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function imported(path: string, said: Partial<JobInput<'importModel'>> = {}): Promise<JobResult<'importModel'>> {
  return runJobHere(home, 'importModel', {
    casePath,
    file: path,
    map: set.features.map((feature) => ({ feature })),
    direction: 'higher-is-anomalous',
    threshold: { kind: 'contamination', value: 0.05 },
    ...said,
  });
}

/** Imports a graph that was made for one test. */
function importedGraph(
  parts: GraphParts,
  said: Partial<JobInput<'importModel'>> = {},
): Promise<JobResult<'importModel'>> {
  const path = join(home, 'odd.onnx');
  writeFileSync(path, graphFile(parts));
  return imported(path, said);
}

it('scores as the autoencoder itself does, to 1e-6, in the case, by command and by the scoring service alike', async () => {
  expect(first).toMatchObject({
    flagged: 35,
    checkedRows: 700,
    imported: { kind: 'graph', producer: 'by hand', output: 'score' },
    model: { grower: 'elsewhere', sample: null, seed: null },
  });
  expect(first.notices.join(' ')).toContain('by perturbation');
  const inCase = await scoresOf(home, casePath, set.recording, first.model.id);
  const expected = rows.map((row) => reconstructionError(row.map(Math.fround)));
  const range = Math.max(...expected) - Math.min(...expected);
  expect(greatestDifference(inCase.scores, expected)).toBeLessThan(1e-6 * Math.max(1, range));
  const service = await startScoringService(
    { model: casePath, modelChoice: String(first.model.id), hostname: '127.0.0.1', port: 0, mostBodyBytes: 2 ** 24 },
    new AbortController().signal,
  );
  try {
    const inputs = rows.map((row, at) => ({ id: `r${at}`, f1: row[0], f2: row[1] }));
    const answer = await fetch(`${service.address}/score`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ inputs }),
    });
    const { scores } = (await answer.json()) as { scores: { id: string; sum: number; flagged: boolean }[] };
    const hash = createHash('sha256');
    for (const { id, sum, flagged } of scores) hash.update(`${id}\n${sum}\n${flagged ? 1 : 0}\n`);
    expect(hash.digest('hex')).toBe(inCase.flagsDigest);
  } finally {
    await service.close();
  }
});

it('is the same model by the same file and rows, and another where its low scores are anomalous', async () => {
  const again = await imported(file);
  expect(again.model.digest).toBe(first.model.digest);
  const turned = await imported(file, { direction: 'lower-is-anomalous' });
  expect(turned.model.digest).not.toBe(first.model.digest);
  const up = await scoresOf(home, casePath, set.recording, first.model.id);
  const down = await scoresOf(home, casePath, set.recording, turned.model.id);
  const range = Math.max(...up.scores) - Math.min(...up.scores);
  const negated = up.scores.map((score) => -score);
  expect(greatestDifference(down.scores, negated)).toBeLessThan(1e-6 * range);
});

it('says at every door that reasons are by perturbation, and they add up to the score', async () => {
  const model = String(first.model.id);
  const { alerts } = await runJobHere(home, 'explain', { casePath, model, top: 3 });
  for (const { score, scoreAtBaseline, exponentDifference, reasons, rest } of alerts) {
    expect(scoreAtBaseline + exponentDifference).toBeCloseTo(score, 6);
    expect(reasons.reduce((sum, { exponent }) => sum + exponent, rest.exponent)).toBeCloseTo(exponentDifference, 9);
    for (const { sentence } of reasons) expect(sentence).toMatch(/ \(by perturbation\)\.$/u);
  }
  const printed = await runAssayHere(['explain', '--case', casePath, '--model', model, '--top', '1'], home);
  expect(printed.stdout).toContain('by perturbation');
  const list = join(home, 'alerts.csv');
  await runJobHere(home, 'exportAlerts', { casePath, model, output: list });
  expect(readFileSync(list, 'utf8')).toContain('by perturbation');
  const report = join(home, 'report.html');
  await runJobHere(home, 'report', { casePath, model, output: report });
  expect(readFileSync(report, 'utf8')).toContain('by perturbation');
});

it('shows an alert with its contributions by perturbation, and a change that does unflag it', async () => {
  const { alerts } = await runJobHere(home, 'alerts', { casePath, model: String(first.model.id), limit: 1 });
  const openedCase = openCaseToRead(casePath);
  try {
    const key = typedKey(alerts[0].key);
    const detail = alertDetail(new CaseSession(openedCase), { modelId: first.model.id, key });
    expect(detail.unit).toBe('score-by-perturbation');
    const total = detail.contributions.reduce((sum, { amount }) => sum + amount, detail.restContribution);
    expect(total).toBeCloseTo(detail.baseline - detail.pathLength, 9);
    expect(detail.smallestChanges.join(' ')).toMatch(/^Not flagged if /u);
  } finally {
    openedCase.close();
  }
});

it('is kept in the case with its digest, and found out where a byte of it is another', () => {
  const openedCase = openCaseToRead(casePath);
  try {
    const bytes = openedCase.readForest(first.model.id);
    const forest = decodeForest(bytes);
    expect(forest.digest).toBe(first.model.digest);
    expect(Buffer.from(encodeForest(forest)).equals(Buffer.from(bytes))).toBe(true);
    const other = bytes.slice();
    other[other.length - 60] ^= 1;
    expect(() => decodeForest(other)).toThrow(/does not match its SHA-256/u);
  } finally {
    openedCase.close();
  }
});

it('is exported as the file it was, and refused in words where an export is made of trees', async () => {
  const model = String(first.model.id);
  const output = join(home, 'given.onnx');
  await runJobHere(home, 'exportOnnx', { casePath, model, output });
  expect(readFileSync(output).equals(readFileSync(file))).toBe(true);
  for (const [name, input] of [
    ['exportMlflow', { casePath, model, output: join(home, 'mlflow') }],
    ['exportKserve', { casePath, model, output: join(home, 'kserve'), name: 'graph' }],
    ['exportSpark', { casePath, model, output: join(home, 'spark') }],
  ] as const)
    await expect(runJobHere(home, name, input)).rejects.toThrow(/is run as it is/u);
});

it('is tuned, compared and retrained like any other', async () => {
  const model = String(first.model.id);
  const tuned = await runJobHere(home, 'tune', { casePath, model, threshold: { kind: 'contamination', value: 0.1 } });
  expect(tuned.flagged).toBeGreaterThan(60);
  const isolation = await runJobHere(home, 'importModel', {
    casePath,
    file: join(folder, 'isolation-forest.onnx'),
    map: set.features.map((feature) => ({ feature })),
  });
  const compared = await runJobHere(home, 'compare', { casePath, first: model, second: String(isolation.model.id) });
  expect(compared.first.model.imported?.kind).toBe('graph');
  await expect(runJobHere(home, 'stability', { casePath, model, seeds: 1 })).rejects.toThrow(/made elsewhere/u);
});

it('takes rows one at a time where the file is made for one', async () => {
  const single = {
    nodes: [...autoencoder.nodes.slice(0, -1), meanOfColumns('squared', 'score', true)],
    constants: autoencoder.constants,
  };
  const oneRow = (name: string, columns: number | null): ReturnType<typeof tensorOf> => {
    const value = tensorOf(name, DataType.FLOAT, columns ?? 1);
    if (value.type?.value.case !== 'tensorType') throw new Error('no tensor');
    const dims = value.type.value.value.shape?.dim ?? [];
    dims[0].value = { case: 'dimValue', value: 1n };
    if (columns === null) dims.pop();
    return value;
  };
  const one = await importedGraph({ ...single, inputs: [oneRow('x', 2)], outputs: [oneRow('score', null)] });
  const many = await scoresOf(home, casePath, set.recording, first.model.id);
  expect((await scoresOf(home, casePath, set.recording, one.model.id)).scores).toEqual(many.scores);
});

const twoColumns = { name: 'x', of: DataType.FLOAT };

it.each([
  [
    'a score that is no number',
    {
      nodes: [
        operator('Sub', ['x', 'x'], 'zero'),
        operator('Div', ['zero', 'zero'], 'none'),
        meanOfColumns('none', 'score'),
      ],
    },
    /gives the score NaN in ONNX Runtime for row 1/u,
  ],
  [
    'a score that hangs on the rows beside it',
    {
      nodes: [
        operator('ReduceMax', ['x'], 'most', [{ name: 'keepdims', type: AttributeType.INT, i: 1n }]),
        operator('Sub', ['x', 'most'], 'short'),
        meanOfColumns('short', 'score'),
      ],
    },
    /beside other rows .*of its row alone/u,
  ],
  [
    'a score by chance',
    {
      nodes: [
        operator('RandomNormalLike', ['x'], 'noise'),
        operator('Add', ['x', 'noise'], 'noisy'),
        meanOfColumns('noisy', 'score'),
      ],
    },
    /draws by chance \(RandomNormalLike\)/u,
  ],
  [
    'one number for all rows',
    { nodes: [operator('ReduceMean', ['x'], 'score', [{ name: 'keepdims', type: AttributeType.INT, i: 1n }])] },
    /gives 1 numbers for 64 rows/u,
  ],
  [
    'several outputs where none is named',
    {
      nodes: [meanOfColumns('x', 'score'), operator('Neg', ['score'], 'other')],
      outputs: [tensorOf('score', DataType.FLOAT, 1), tensorOf('other', DataType.FLOAT, 1)],
    },
    /gives several: score, other/u,
  ],
  [
    'texts as an input',
    { nodes: [meanOfColumns('x', 'score')], inputs: [tensorOf(twoColumns.name, DataType.STRING, 2)] },
    /takes 'x', which is not rows of floating-point numbers/u,
  ],
  [
    'a width that is not stated',
    {
      nodes: [meanOfColumns('x', 'score')],
      inputs: [
        (() => {
          const value = tensorOf('x', DataType.FLOAT, 2);
          if (value.type?.value.case !== 'tensorType') throw new Error('no tensor');
          const dims = value.type.value.value.shape?.dim ?? [];
          dims[1].value = { case: 'dimParam', value: 'any' };
          return value;
        })(),
      ],
    },
    /of a stated width/u,
  ],
  [
    'another number of columns than was named',
    { nodes: [meanOfColumns('x', 'score')], inputs: [tensorOf('x', DataType.FLOAT, 3)] },
    /takes 3 columns .* 2 were named/u,
  ],
  ['an operation that nobody knows', { nodes: [operator('Conjure', ['x'], 'score')] }, /cannot be run: .*Conjure/u],
  [
    'more memory than a model of rows has any use for',
    {
      nodes: [
        operator('MatMul', ['x', 'wide'], 'row'),
        operator('Tile', ['row', 'times'], 'huge'),
        meanOfColumns('huge', 'score'),
      ],
      constants: [
        constant(
          'wide',
          [2, 4096],
          Array.from({ length: 8192 }, () => 1),
        ),
        (() => {
          const times = constant('times', [2], []);
          times.dataType = DataType.INT64;
          times.floatData = [];
          times.int64Data = [1n, 100_000n];
          return times;
        })(),
      ],
    },
    /cannot be run/u,
  ],
  [
    'weights in another file',
    {
      nodes: [operator('Mul', ['x', 'weights'], 'heavy'), meanOfColumns('heavy', 'score')],
      constants: [
        (() => {
          const weights = constant('weights', [2], []);
          weights.floatData = [];
          weights.dataLocation = DataLocation.EXTERNAL;
          weights.externalData = [create(StringStringEntryProtoSchema, { key: 'location', value: '/etc/passwd' })];
          return weights;
        })(),
      ],
    },
    /keeps its weights in another file/u,
  ],
] satisfies readonly (readonly [string, GraphParts, RegExp])[])('refuses %s by name', async (_, parts, sentence) => {
  await expect(importedGraph(parts)).rejects.toThrow(sentence);
});

it('is refused by its size beyond 64 MiB, since each case would carry it, and taken just below', async () => {
  const filled = (numbers: number): GraphParts => ({
    ...autoencoder,
    constants: [...autoencoder.constants, constant('ballast', [numbers], new Array<number>(numbers).fill(0))],
  });
  const mostNumbers = 2 ** 24;
  const { message } = (await importedGraph(filled(mostNumbers)).catch((error: unknown) => error)) as Error;
  expect(message).toMatch(/The model has \d+ bytes; one that is run as it is may have 67108864/u);
  expect(Number(/has (\d+) bytes/u.exec(message)?.[1])).toBeLessThan(67_108_864 + 2048);
  const taken = await importedGraph(filled(mostNumbers - 512));
  expect(taken.imported.kind).toBe('graph');
});
