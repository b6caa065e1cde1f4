import onnxProto from 'onnx-proto';
import { MODEL_INPUT, MODEL_OUTPUT } from '../../contracts/artifact.ts';
import type { Booster } from './boost.ts';

const { onnx } = onnxProto;

/**
 * The ensemble as ONNX: TreeEnsembleRegressor (ai.onnx.ml 3), flattened and through a Sigmoid to the model
 * boundary's `score` [N] (onnxruntime's regressor does not apply the post-transform LOGISTIC). A missing value is NaN: it fails every comparison, and `nodes_missing_value_tracks_true` sends it the
 * learned way. Bytes depend on nothing but the ensemble: no date, no name of a machine.
 */
export function toOnnx(booster: Booster, features: number): Uint8Array {
  const a = treeAttributes(booster);
  const ints = (name: string, values: readonly number[]) => ({
    name,
    type: onnx.AttributeProto.AttributeType.INTS,
    ints: [...values],
  });
  const floats = (name: string, values: readonly number[]) => ({
    name,
    type: onnx.AttributeProto.AttributeType.FLOATS,
    floats: [...values],
  });
  const text = (name: string, value: string) => ({
    name,
    type: onnx.AttributeProto.AttributeType.STRING,
    s: Buffer.from(value),
  });
  const strings = (name: string, values: readonly string[]) => ({
    name,
    type: onnx.AttributeProto.AttributeType.STRINGS,
    strings: values.map((v) => Buffer.from(v)),
  });
  const dimension = (d: { dimParam: string } | { dimValue: number }) => d;
  const tensor = (name: string, dims: ({ dimParam: string } | { dimValue: number })[]) => ({
    name,
    type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape: { dim: dims.map(dimension) } } },
  });
  const model = onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'coalmine-embedded-trainer',
    opsetImport: [
      { domain: '', version: 13 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name: 'boosted-trees',
      input: [tensor(MODEL_INPUT, [{ dimParam: 'N' }, { dimValue: features }])],
      output: [tensor(MODEL_OUTPUT, [{ dimParam: 'N' }])],
      initializer: [{ name: 'flat', dims: [1], dataType: onnx.TensorProto.DataType.INT64, int64Data: [-1] }],
      node: [
        {
          name: 'trees',
          opType: 'TreeEnsembleRegressor',
          domain: 'ai.onnx.ml',
          input: [MODEL_INPUT],
          output: ['column'],
          attribute: [
            ints('nodes_treeids', a.treeIds),
            ints('nodes_nodeids', a.nodeIds),
            ints('nodes_featureids', a.features),
            floats('nodes_values', a.thresholds),
            strings('nodes_modes', a.modes),
            ints('nodes_truenodeids', a.trueIds),
            ints('nodes_falsenodeids', a.falseIds),
            ints('nodes_missing_value_tracks_true', a.missingTrue),
            ints('target_treeids', a.targetTrees),
            ints('target_nodeids', a.targetNodes),
            ints(
              'target_ids',
              a.targetTrees.map(() => 0),
            ),
            floats('target_weights', a.targetWeights),
            floats('base_values', [Math.log(booster.baseScore / (1 - booster.baseScore))]),
            { name: 'n_targets', type: onnx.AttributeProto.AttributeType.INT, i: 1 },
            text('aggregate_function', 'SUM'),
            text('post_transform', 'NONE'),
          ],
        },
        { name: 'flatten', opType: 'Reshape', input: ['column', 'flat'], output: ['margin'] },
        { name: 'logistic', opType: 'Sigmoid', input: ['margin'], output: [MODEL_OUTPUT] },
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

function treeAttributes(booster: Booster) {
  const a = {
    treeIds: [] as number[],
    nodeIds: [] as number[],
    features: [] as number[],
    thresholds: [] as number[],
    modes: [] as string[],
    trueIds: [] as number[],
    falseIds: [] as number[],
    missingTrue: [] as number[],
    targetTrees: [] as number[],
    targetNodes: [] as number[],
    targetWeights: [] as number[],
  };
  booster.trees.slice(0, booster.bestRound).forEach((tree, t) => {
    tree.left.forEach((left, n) => {
      const leaf = left === -1;
      a.treeIds.push(t);
      a.nodeIds.push(n);
      a.features.push(leaf ? 0 : tree.feature[n]!);
      a.thresholds.push(leaf ? 0 : tree.threshold[n]!);
      a.modes.push(leaf ? 'LEAF' : tree.equals[n] ? 'BRANCH_EQ' : 'BRANCH_LT');
      a.trueIds.push(leaf ? 0 : left);
      a.falseIds.push(leaf ? 0 : tree.right[n]!);
      a.missingTrue.push(!leaf && tree.missingLeft[n] ? 1 : 0);
      if (leaf) {
        a.targetTrees.push(t);
        a.targetNodes.push(n);
        a.targetWeights.push(tree.value[n]!);
      }
    });
  });
  return a;
}
