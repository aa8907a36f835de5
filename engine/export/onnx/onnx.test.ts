import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { CompiledForest, FeatureMatrix, ForestParameters } from '../../domain/model.ts';
import { compileForest } from '../../forest/compile.ts';
import { randomStream } from '../../forest/random.ts';
import { scoreOfSum, scoreSums } from '../../forest/score.ts';
import { sortSums } from '../../forest/threshold.ts';
import { trainForest } from '../../forest/train.ts';
import { boost } from '../../learning/boost.ts';
import { joinForest } from '../../learning/join-forest.ts';
import { finish, judgedStream, twoThemes } from '../../learning/judged.test-support.ts';
import { peersArePresent, runPeer } from '../../../test/peers/peers.ts';
import { describeWithSharedData, sharedDataPath } from '../../../test/shared-data.ts';
import { exportOnnx, operator, tensorOf } from './export-onnx.ts';
import { importOnnxRuntime, openOnnxScorer } from './onnx-scorer.ts';
import { readOnnxNotes } from './read-onnx.ts';
import { ModelProtoSchema, TensorProtoSchema, TensorProto_DataType as DataType } from './schema/onnx_pb.js';

interface Case {
  readonly matrix: FeatureMatrix;
  readonly forest: CompiledForest;
  readonly thresholdUnits: number;
  readonly sums: Int32Array;
  readonly model: Uint8Array;
}

async function makeCase(
  matrix: FeatureMatrix,
  parameters: Partial<ForestParameters> = {},
  share = 0.05,
): Promise<Case> {
  const forest = await trainForest(
    matrix,
    { trees: 100, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay', ...parameters },
    { threads: 1, signal: new AbortController().signal },
  );
  return caseOf(forest, matrix, share);
}

function caseOf(forest: CompiledForest, matrix: FeatureMatrix, share = 0.05): Case {
  const sums = new Int32Array(matrix.rowCount);
  scoreSums(forest, matrix.values, matrix.rowCount, sums);
  const thresholdUnits = sortSums(sums)[Math.floor(share * matrix.rowCount)];
  const featureNames = Array.from({ length: matrix.featureCount }, (_, feature) => `f${feature}`);
  const model = exportOnnx(forest, { featureNames, thresholdUnits, metadata: { author: 'test' } });
  return { matrix, forest, thresholdUnits, sums, model };
}

/** Values that trip float comparison: repeats of thresholds, infinities, NaN, zeros of both signs, denormals. */
function awkwardMatrix(rowCount: number, featureCount: number, seed: number): FeatureMatrix {
  const random = randomStream(seed, 0, 'simulation');
  const special = [Infinity, -Infinity, NaN, -0, 0, 1e-45, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38];
  const values = Float32Array.from({ length: rowCount * featureCount }, () =>
    random.nextUnit() < 0.1 ? special[random.nextInteger(special.length)] : random.nextInteger(50) / 7,
  );
  return { rowCount, featureCount, values };
}

function readSet(name: string): FeatureMatrix {
  const bytes = readFileSync(sharedDataPath('adbench', name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const rows = text.trimEnd().split('\n').slice(1);
  const cells = rows.map((row) => row.split(',').slice(0, -1).map(Number));
  const featureCount = cells[0].length;
  return { rowCount: rows.length, featureCount, values: Float32Array.from(cells.flat()) };
}

/** Rows that differ from the engine's, for the batch sizes and thread counts that could bring different answers. */
async function differences({ matrix, forest, thresholdUnits, sums, model }: Case): Promise<string[]> {
  const found: string[] = [];
  for (const threads of [1, 2]) {
    for (const batchRows of [1, 7, 1000, matrix.rowCount]) {
      const rowCount = Math.min(matrix.rowCount, 400 * batchRows);
      const scorer = await openOnnxScorer(model, { threads, batchRows });
      const scored = await scorer.score({ ...matrix, rowCount });
      await scorer.close();
      for (let row = 0; row < rowCount; row++) {
        const isSame =
          scored.sums[row] === sums[row] &&
          scored.flags[row] === (sums[row] <= thresholdUnits ? 1 : 0) &&
          Math.abs(scored.scores[row] - scoreOfSum(forest, sums[row])) < 1e-6;
        if (!isSame) found.push(`row ${row}, ${threads} threads, batches of ${batchRows}`);
      }
    }
  }
  return found;
}

describe('an exported model in ONNX Runtime', () => {
  it.each([
    ['infinities, NaN, zeros and denormals', awkwardMatrix(3000, 5, 1), {}],
    ['one feature', awkwardMatrix(2000, 1, 2), {}],
    ['500 features', awkwardMatrix(300, 500, 3), {}],
    ['1000 trees', awkwardMatrix(1200, 4, 4), { trees: 1000 }],
    ['one tree', awkwardMatrix(1200, 4, 5), { trees: 1 }],
    ['deep trees', awkwardMatrix(4000, 6, 6), { sample: 4000, trees: 20 }],
    ['trees without splits', { rowCount: 50, featureCount: 2, values: new Float32Array(100) }, {}],
    ['convex leaves', awkwardMatrix(1200, 4, 8), { leaf: 'convex', sample: 1024, trees: 300 }],
    ['the library grower', awkwardMatrix(1200, 4, 7), { grower: 'ml-isolation-forest', trees: 20 }],
  ] as const)('has the sums and flags of the engine, bit for bit: %s', async (_, matrix, parameters) => {
    expect(await differences(await makeCase(matrix, parameters))).toEqual([]);
  });

  it('has them of a forest that learned from verdicts', async () => {
    const { forest, parts, judged, unjudged } = judgedStream(
      (features, _entity, drawn) => features[0] > 0.4 && drawn < 0.9,
      { themes: twoThemes },
    );
    const learned = joinForest(forest, parts, finish(boost(judged, unjudged)), judged, unjudged);
    expect(await differences(caseOf(learned, unjudged.features))).toEqual([]);
  });

  it('flags what the integer rule flags even where the threshold is near 2^24 and sums are one apart', async () => {
    const leaf = { left: [-1, -1], right: [-1, -1] };
    const tree = (rows: number) => ({
      feature: Int32Array.from([0, -1, -1]),
      threshold: Float32Array.from([0.5, 0, 0]),
      left: Int32Array.from([1, ...leaf.left]),
      right: Int32Array.from([2, ...leaf.right]),
      sampleCount: Int32Array.from([2 * rows, rows, rows]),
    });
    const compiled = compileForest([tree(4)], 1, 8);
    const units = Int32Array.from([0, 16_777_214, 16_777_213]);
    const forest = { ...compiled, units };
    const matrix = { rowCount: 2, featureCount: 1, values: Float32Array.from([0, 1]) };
    for (const [thresholdUnits, flags] of [
      [16_777_214, [1, 1]],
      [16_777_213, [0, 1]],
      [16_777_212, [0, 0]],
      [-1, [0, 0]],
    ] as const) {
      const model = exportOnnx(forest, { featureNames: ['x'], thresholdUnits, metadata: {} });
      const scorer = await openOnnxScorer(model, { threads: 1 });
      expect([...(await scorer.score(matrix)).flags]).toEqual(flags);
      await scorer.close();
      const { InferenceSession, Tensor } = await importOnnxRuntime();
      const session = await InferenceSession.create(model);
      const answers = await session.run({ features: new Tensor('float32', matrix.values, [2, 1]) });
      expect(Array.from(answers['decision'].data as Float32Array, (value) => (value > 0 ? 1 : 0))).toEqual(flags);
      await session.release();
    }
  });

  it('takes a preprocessing graph in front of the forest', async () => {
    const { forest, matrix, thresholdUnits, sums } = await makeCase(awkwardMatrix(500, 3, 8));
    const model = exportOnnx(forest, {
      featureNames: ['a', 'b', 'c'],
      thresholdUnits,
      metadata: {},
      preprocessing: {
        inputs: [tensorOf('doubled', DataType.FLOAT, 3)],
        nodes: [operator('Mul', ['doubled', 'one_half'], 'features')],
        initializers: [create(TensorProtoSchema, { name: 'one_half', dataType: DataType.FLOAT, floatData: [0.5] })],
        features: 'features',
      },
    });
    const values = matrix.values.map((value) => (Number.isFinite(value * 2) ? value * 2 : value));
    const scorer = await openOnnxScorer(model, { threads: 1 });
    const rows = Array.from(sums.keys()).filter((row) =>
      values
        .subarray(3 * row, 3 * row + 3)
        .every((value, index) => Object.is(Math.fround(value * 0.5), matrix.values[3 * row + index])),
    );
    const scored = await scorer.score({ ...matrix, values });
    await scorer.close();
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.filter((row) => scored.sums[row] !== sums[row])).toEqual([]);
  });

  it('is refused, with a reason, when the rows have another number of features', async () => {
    const { model } = await makeCase(awkwardMatrix(300, 3, 9));
    const scorer = await openOnnxScorer(model, { threads: 1 });
    await expect(scorer.score(awkwardMatrix(10, 4, 1))).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    await scorer.close();
  });

  it('needs a package that may be missing, and says how to install it', async () => {
    const { model } = await makeCase(awkwardMatrix(300, 3, 9));
    const load = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'"));
    await expect(openOnnxScorer(model, { threads: 1, load })).rejects.toMatchObject({
      code: 'MISSING_DEPENDENCY',
      nextStep: expect.stringContaining('npm install --ignore-scripts onnxruntime-node') as string,
    });
  });
});

describe('the notes of an exported model', () => {
  it('come back as they were written', async () => {
    const { model, forest, thresholdUnits } = await makeCase(awkwardMatrix(300, 3, 10));
    const notes = readOnnxNotes(model);
    expect(notes.featureNames).toEqual(['f0', 'f1', 'f2']);
    expect([notes.thresholdUnits, notes.digest]).toEqual([thresholdUnits, forest.digest]);
    expect(notes.metadata.get('author')).toBe('test');
  });

  it.each([
    ['no ONNX file', new TextEncoder().encode('score,flagged\n1,2\n')],
    ['an empty file', new Uint8Array(0)],
    ['a model of someone else', toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 7n, graph: {} }))],
  ])('are missing from %s, which is refused by name', (_, bytes) => {
    expect(() => readOnnxNotes(bytes)).toThrowError(expect.objectContaining({ code: 'MODEL_MISMATCH' }) as Error);
  });

  it.each([
    ['too few names', { featureNames: ['a'], thresholdUnits: 5 }],
    ['a threshold between two sums', { featureNames: ['a', 'b', 'c'], thresholdUnits: 5.5 }],
    ['a threshold that float32 cannot hold', { featureNames: ['a', 'b', 'c'], thresholdUnits: 2 ** 24 + 1 }],
  ])('are not written for %s', async (_, options) => {
    const { forest } = await makeCase(awkwardMatrix(300, 3, 11), { trees: 2 });
    expect(() => exportOnnx(forest, { ...options, metadata: {} })).toThrowError(
      expect.objectContaining({ code: 'WRONG_USE' }) as Error,
    );
  });
});

describeWithSharedData('an exported model on the shared sets', () => {
  it.each(['Pima.csv', 'cardio.csv', 'mammography.csv', 'shuttle.csv.gz', 'Ionosphere.csv'])(
    'has the sums and flags of the engine, bit for bit: %s',
    async (name) => {
      expect(await differences(await makeCase(readSet(name)))).toEqual([]);
    },
  );
});

describe.skipIf(!peersArePresent)('an exported model in Python', () => {
  it.each([
    ['plain', awkwardMatrix(1500, 4, 12)],
    ['wide', awkwardMatrix(300, 200, 13)],
  ])('passes the full check of onnx.checker and gives the same sums and flags (%s)', async (_, matrix) => {
    const { model, sums, thresholdUnits } = await makeCase(matrix);
    const folder = await mkdtemp(join(tmpdir(), 'assay-onnx-'));
    try {
      const lines = Array.from(sums, (sum) => `${sum},${sum <= thresholdUnits ? 1 : 0}`);
      await writeFile(join(folder, 'model.onnx'), model);
      await writeFile(join(folder, 'expected.csv'), `sum,flagged\n${lines.join('\n')}\n`);
      await writeFile(join(folder, 'rows.f32'), new Uint8Array(matrix.values.buffer));
      const report = await runPeer('check_onnx.py', [
        join(folder, 'rows.f32'),
        '--columns',
        String(matrix.featureCount),
        '--model',
        join(folder, 'model.onnx'),
        '--expected',
        join(folder, 'expected.csv'),
      ]);
      const differing = report['differing'] as readonly Readonly<Record<string, number>>[];
      expect(differing.length).toBe(8);
      for (const { sums: sumCount, flags, decisions } of differing) {
        expect([sumCount, flags, decisions]).toEqual([0, 0, 0]);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
