import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CompiledForest } from '../../domain/model.ts';
import { AttributeProto_AttributeType as AttributeType, NodeProtoSchema } from './schema/onnx_pb.js';
import type { AttributeProtoSchema, NodeProto } from './schema/onnx_pb.js';

type Attribute = MessageInitShape<typeof AttributeProtoSchema>;

const utf8 = new TextEncoder();

/**
 * The forest as one TreeEnsembleRegressor (ai.onnx.ml 1) whose single output is the sum of leaf units. Node ids count
 * from 0 in each tree, in the forest's own order.
 */
export function treeEnsembleNode(forest: CompiledForest, input: string, output: string): NodeProto {
  const nodeCount = forest.feature.length;
  const treeIds = new Int32Array(nodeCount);
  const nodeIds = new Int32Array(nodeCount);
  const trueIds = new Int32Array(nodeCount);
  const falseIds = new Int32Array(nodeCount);
  let tree = -1;
  for (let node = 0; node < nodeCount; node++) {
    if (node === forest.roots[tree + 1]) tree++;
    const root = forest.roots[tree];
    treeIds[node] = tree;
    nodeIds[node] = node - root;
    if (forest.feature[node] >= 0) {
      trueIds[node] = forest.left[node] - root;
      falseIds[node] = forest.right[node] - root;
    }
  }
  const leaves = Array.from(forest.feature.keys()).filter((node) => forest.feature[node] < 0);
  const modes = { leaf: utf8.encode('LEAF'), branch: utf8.encode('BRANCH_LEQ') };

  return create(NodeProtoSchema, {
    opType: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    name: 'forest',
    input: [input],
    output: [output],
    attribute: [
      { name: 'n_targets', type: AttributeType.INT, i: 1n },
      text('aggregate_function', 'SUM'),
      text('post_transform', 'NONE'),
      integers('nodes_treeids', treeIds),
      integers('nodes_nodeids', nodeIds),
      integers(
        'nodes_featureids',
        forest.feature.map((feature) => Math.max(feature, 0)),
      ),
      {
        name: 'nodes_modes',
        type: AttributeType.STRINGS,
        strings: Array.from(forest.feature, (feature) => (feature < 0 ? modes.leaf : modes.branch)),
      },
      floats('nodes_values', forest.threshold),
      integers('nodes_truenodeids', trueIds),
      integers('nodes_falsenodeids', falseIds),
      integers('target_treeids', pick(treeIds, leaves)),
      integers('target_nodeids', pick(nodeIds, leaves)),
      integers('target_ids', new Int32Array(leaves.length)),
      floats('target_weights', pick(forest.units, leaves)),
    ],
  });
}

function pick(values: Int32Array, nodes: readonly number[]): readonly number[] {
  return nodes.map((node) => values[node]);
}

function text(name: string, value: string): Attribute {
  return { name, type: AttributeType.STRING, s: utf8.encode(value) };
}

function integers(name: string, values: ArrayLike<number>): Attribute {
  return { name, type: AttributeType.INTS, ints: Array.from(values, BigInt) };
}

function floats(name: string, values: ArrayLike<number>): Attribute {
  return { name, type: AttributeType.FLOATS, floats: Array.from(values) };
}
