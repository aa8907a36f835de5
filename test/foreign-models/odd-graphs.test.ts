import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type AttributeProto,
  type NodeProto,
} from '../../engine/export/onnx/schema/onnx_pb.js';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { readForeignSet, runJobHere, type ForeignSet } from './imported-scores.ts';

const folder = import.meta.dirname;
const home = mkdtempSync(join(tmpdir(), 'assay-odd-graphs-'));
const casePath = join(home, 'odd.assay');
let set: ForeignSet;

beforeAll(async () => {
  set = readForeignSet(folder, home);
  await runJobHere(home, 'ingest', { casePath, recordings: [set.recording] });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Imports the boosted trees after a change to their one ensemble. */
function imported(change: (trees: NodeProto) => void): Promise<JobResult<'importModel'>> {
  const model = fromBinary(ModelProtoSchema, readFileSync(join(folder, 'boosted.onnx')));
  const trees = model.graph?.node.find(({ opType }) => opType === 'TreeEnsembleRegressor');
  if (trees === undefined) throw new Error('boosted.onnx has no trees');
  change(trees);
  const file = join(home, 'odd.onnx');
  writeFileSync(file, toBinary(ModelProtoSchema, model));
  const map = set.features.map((feature) => ({ feature }));
  return runJobHere(home, 'importModel', { casePath, file, map, direction: 'higher-is-anomalous' });
}

function attribute(trees: NodeProto, name: string): AttributeProto {
  const found = trees.attribute.find((each) => each.name === name);
  if (found === undefined) throw new Error(`boosted.onnx has no ${name}`);
  return found;
}

it.each([
  [
    'scores that overflow in ONNX Runtime alone',
    'target_weights',
    3e38,
    /gives the score Infinity in ONNX Runtime for row/u,
  ],
  ['a leaf that is infinite', 'target_weights', Infinity, /adds Infinity to its score/u],
  ['a leaf that is no number', 'target_weights', NaN, /adds NaN to its score/u],
  ['a start that is no number', 'base_values', NaN, /adds NaN to its score/u],
  ['a split at no number', 'nodes_values', NaN, /splits at NaN/u],
  ['a split at infinity', 'nodes_values', -Infinity, /splits at -Infinity/u],
])('refuses %s in words', async (_, name, value, sentence) => {
  const change = (trees: NodeProto): void => {
    attribute(trees, name).floats = attribute(trees, name).floats.map(() => value);
  };
  await expect(imported(change)).rejects.toThrow(sentence);
  await expect(imported(change)).rejects.toThrow(/^MODEL_MISMATCH/u);
});

it('refuses a split on a column that is not there in words', async () => {
  await expect(
    imported((trees) => {
      const columns = attribute(trees, 'nodes_featureids');
      columns.ints = columns.ints.map(() => 7n);
    }),
  ).rejects.toThrow(/^MODEL_MISMATCH: The model splits on a column/u);
});

it('says what becomes of the way for missing values, and scores as without it where none is missing', async () => {
  const plain = await imported(() => undefined);
  const steered = await imported((trees) => {
    const { length } = attribute(trees, 'nodes_modes').strings;
    trees.attribute = trees.attribute.filter(({ name }) => name !== 'nodes_missing_value_tracks_true');
    trees.attribute.push(
      create(AttributeProtoSchema, {
        name: 'nodes_missing_value_tracks_true',
        type: AttributeType.INTS,
        ints: Array.from({ length }, () => 1n),
      }),
    );
  });
  expect(steered.model.digest).toBe(plain.model.digest);
  expect(plain.notices.join(' ')).not.toContain('missing values go');
  expect(steered.notices).toContainEqual(
    expect.stringMatching(/which way missing values go.*none of its features has any/u),
  );
});
