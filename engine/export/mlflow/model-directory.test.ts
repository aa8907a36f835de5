import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generateForest } from '../../forest/kernel/random-forest.fixture.ts';
import { caseModelFiles, decodeCaseModel, decodeNotedForest } from './case-model.ts';
import type { DescribedModel } from './described-model.ts';
import { modelDirectory, withOrigin } from './model-directory.ts';
import { checkFiles, publicationOf } from './publication.ts';

const model: DescribedModel = {
  name: 'cards | <script>alert(1)</script>',
  assayVersion: '1.0.0',
  onnx: Uint8Array.of(1, 2, 3),
  inputs: [{ name: 'features', holds: 'matrix', columns: 2 }],
  profile: { version: 1, timeZone: 'UTC', columns: [] },
  spec: {
    version: 1,
    timeZone: 'UTC',
    features: ['amount', 'age'].map((column) => ({
      name: column,
      description: `the ${column}`,
      transform: { kind: 'identity', column },
      imputation: { rule: 'zero', value: 0, missingCount: 0 },
      usesLabels: false,
    })),
    leftOut: [],
  },
  digest: 'ab'.repeat(32),
  history: `assay-history:3:${'c'.repeat(64)}`,
  parameters: { trees: 10, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay' },
  treeCount: 10,
  leaf: 'path-length',
  sampleSize: 256,
  thresholdUnits: 1000,
  thresholdScore: 0.6,
  threshold: { units: 1000, rule: 'contamination', details: { value: 0.02 } },
  forest: generateForest({ trees: 2, depth: 2, features: 2, shape: 'full', seed: 1 }),
  training: { rowCount: 3, featureCount: 2, values: Float32Array.of(3, 10, 1, 30, 2, 20) },
  trainedRows: 500,
  trainedAtMs: Date.UTC(2026, 2, 1, 12),
  rows: 500,
  flagged: 10,
  metrics: { rows: 500 },
  histogram: [{ fromScore: 0.4, toScore: 0.7, rows: 500, frauds: null }],
  precisionRecall: [],
  example: { columns: ['amount', 'age'], data: [[1, null]] },
  recordings: [{ name: 'april.csv', fingerprint: 'f', rows: 500 }],
};

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe('the MLflow model directory', () => {
  it('has a time of creation that YAML 1.1, which MLflow reads, takes as text and not as a time', () => {
    expect(text(modelDirectory(model).get('MLmodel'))).toMatch(/utc_time_created: ["']2026-03-01 12:00:00\.000000["']/);
  });

  it('asks for the columns of the recording, in the order of the graph', () => {
    const { signature } = parse(text(modelDirectory(model).get('MLmodel'))) as { signature: { inputs: string } };
    expect((JSON.parse(signature.inputs) as { name: string }[]).map(({ name }) => name)).toEqual(['amount', 'age']);
  });

  it('says which run it came from without losing anything it said before', () => {
    const files = modelDirectory(model);
    const before = parse(text(files.get('MLmodel'))) as object;
    const after = parse(text(withOrigin(files, { runId: 'r', modelId: 'm' }).get('MLmodel'))) as object;
    expect(after).toEqual({ ...before, run_id: 'r', model_id: 'm' });
  });

  it('shows names from outside as text, never as markup', () => {
    expect(text(modelDirectory(model).get('MODEL_CARD.md'))).not.toContain('<script>');
  });
});

describe('what another case takes over', () => {
  const { notes, forest } = caseModelFiles;
  const files = modelDirectory(model);
  const bytesOf = (file: string): Uint8Array => files.get(file) ?? new Uint8Array();
  const decoded = (bytes: Uint8Array): ReturnType<typeof decodeNotedForest> =>
    decodeNotedForest(bytes, model.forest.digest, 'models:/cards@champion');

  it('comes back as it was, but for the rows of the training: each feature is sorted by itself', () => {
    const { name, parameters, threshold, trainedRows, profile, spec } = model;
    expect(decodeCaseModel(bytesOf(notes), decoded(bytesOf(forest)), 'it')).toEqual({
      ...{ name, parameters, threshold, trainedRows, profile, spec, forest: model.forest },
      training: { rowCount: 3, featureCount: 2, values: Float32Array.of(1, 10, 2, 20, 3, 30) },
    });
  });

  it('is refused by the name of the file where a byte of the forest is another, or it is another forest', () => {
    const bytes = bytesOf(forest).slice();
    bytes[60] ^= 1;
    expect(() => decoded(bytes)).toThrow(
      'case_forest.bin of models:/cards@champion is not the file that was published',
    );
    expect(() => decodeNotedForest(bytesOf(forest), 'f'.repeat(64), 'it')).toThrow(
      'is noted as the model ffffffffffff',
    );
  });

  it('is refused where notes and forest do not belong together, or are none', () => {
    const wide = generateForest({ trees: 2, depth: 2, features: 3, shape: 'full', seed: 1 });
    expect(() => decodeCaseModel(bytesOf(notes), wide, 'it')).toThrow('do not belong together');
    expect(() => decodeCaseModel(Uint8Array.of(123), model.forest, 'it')).toThrow('case_model.json of it');
  });
});

describe('a publication', () => {
  it('is known by its checksums: a file that was changed on the way is named', () => {
    const publication = publicationOf(model, crypto.randomUUID(), 0);
    expect(() => checkFiles(publication, 'folder')).not.toThrow();
    const files = new Map([...publication.files, ['model.onnx', Uint8Array.of(9)]]);
    expect(() => checkFiles({ ...publication, files }, 'folder')).toThrow(/model\.onnx in folder is not the file/);
  });
});
