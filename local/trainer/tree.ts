/**
 * One regression tree in arrays. Node 0 is the root; a leaf has `left[n] === -1`. A row goes left if its value is
 * missing and `missingLeft[n]`, or `x < threshold` (`equals[n]`: `x === threshold`).
 */
export interface Tree {
  readonly feature: number[];
  readonly threshold: number[];
  /** Bin of the threshold: left is `bin <= splitBin` (`equals`: `bin === splitBin`). */
  readonly splitBin: number[];
  readonly equals: boolean[];
  readonly missingLeft: boolean[];
  readonly left: number[];
  readonly right: number[];
  /** Value of a leaf in log-odds, learning rate included, rounded to float32 as the exported model holds it. */
  readonly value: number[];
}

export const emptyTree = (): Tree => ({
  feature: [],
  threshold: [],
  splitBin: [],
  equals: [],
  missingLeft: [],
  left: [],
  right: [],
  value: [],
});

export function addNode(tree: Tree): number {
  tree.feature.push(0);
  tree.threshold.push(0);
  tree.splitBin.push(0);
  tree.equals.push(false);
  tree.missingLeft.push(false);
  tree.left.push(-1);
  tree.right.push(-1);
  tree.value.push(0);
  return tree.left.length - 1;
}

/** Adds the tree's answer to `margins` for each row of binned columns. `missing[f]` is feature f's missing bin. */
export function addPredictions(
  tree: Tree,
  bins: readonly Uint8Array[],
  missing: readonly number[],
  margins: Float64Array,
  only?: Uint8Array,
): void {
  const { feature, splitBin, equals, missingLeft, left, right, value } = tree;
  for (let i = 0; i < margins.length; i++) {
    if (only && only[i] === 1) continue;
    let n = 0;
    while (left[n] !== -1) {
      const f = feature[n]!;
      const bin = bins[f]![i]!;
      const goLeft =
        bin === missing[f] ? missingLeft[n] : equals[n] ? bin === splitBin[n] : bin <= splitBin[n]!;
      n = goLeft ? left[n]! : right[n]!;
    }
    margins[i]! += value[n]!;
  }
}
