import { type BinnedColumn, binCount } from './bins.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { findSplit, leafWeight, type Split } from './split.ts';
import { addNode, emptyTree, type Tree } from './tree.ts';

interface OpenNode {
  readonly id: number;
  /** Rows rows[from..to) of the grower's row order. */
  readonly from: number;
  readonly to: number;
  readonly g: number;
  readonly h: number;
  readonly histogram: Float64Array;
}

/**
 * Grows trees level by level on binned columns. Histograms of the larger child are the parent's less the smaller
 * child's, so each level reads at most half of the rows.
 */
export class Grower {
  readonly #columns: readonly BinnedColumn[];
  readonly #p: Hyperparameters;
  readonly #offsets: number[] = [];
  readonly #size: number;
  readonly #rows: Uint32Array;
  readonly #spare: Uint32Array;
  /** For each value, row after row, where its gradient sum is in a histogram: offset of the column + 2 × bin. */
  readonly #cells: Uint16Array | Uint32Array;
  readonly #pool: Float64Array[] = [];

  constructor(columns: readonly BinnedColumn[], p: Hyperparameters) {
    this.#columns = columns;
    this.#p = p;
    let size = 0;
    for (const c of columns) {
      this.#offsets.push(size);
      size += 2 * binCount(c);
    }
    this.#size = size;
    const n = columns[0]!.bins.length;
    this.#rows = new Uint32Array(n);
    this.#spare = new Uint32Array(n);
    // Two bytes where they reach: the matrix is what training reads most.
    this.#cells = size < 65_536 ? new Uint16Array(n * columns.length) : new Uint32Array(n * columns.length);
    columns.forEach((c, f) => {
      for (let i = 0; i < n; i++) this.#cells[i * columns.length + f] = this.#offsets[f]! + 2 * c.bins[i]!;
    });
  }

  /**
   * One tree.
   * @param sampled 1 for each row that takes part
   * @param features indices of the columns that take part
   * @param margins the tree's answer is added for each sampled row
   */
  grow(
    g: Float64Array,
    h: Float64Array,
    sampled: Uint8Array,
    features: readonly number[],
    margins: Float64Array,
  ): Tree {
    const tree = emptyTree();
    let n = 0;
    let G = 0;
    let H = 0;
    for (let i = 0; i < sampled.length; i++) {
      if (sampled[i] !== 1) continue;
      this.#rows[n++] = i;
      G += g[i]!;
      H += h[i]!;
    }
    const root = { id: addNode(tree), from: 0, to: n, g: G, h: H, histogram: this.#take() };
    this.#fill(root.histogram, root.from, root.to, g, h, features);
    let level: OpenNode[] = [root];
    for (let depth = 0; level.length > 0; depth++) {
      const next: OpenNode[] = [];
      for (const node of level) {
        const split =
          depth < this.#p.max_depth
            ? findSplit(node.histogram, this.#offsets, this.#columns, features, node, this.#p)
            : undefined;
        if (split)
          next.push(...this.#divide(tree, node, split, g, h, features, depth + 1 < this.#p.max_depth));
        else this.#close(tree, node, margins);
      }
      level = next;
    }
    return tree;
  }

  #close(tree: Tree, node: OpenNode, margins: Float64Array): void {
    const value = Math.fround(this.#p.eta * leafWeight(node.g, node.h, this.#p));
    tree.value[node.id] = value;
    for (let i = node.from; i < node.to; i++) margins[this.#rows[i]!]! += value;
    this.#pool.push(node.histogram);
  }

  #divide(
    tree: Tree,
    node: OpenNode,
    split: Split,
    g: Float64Array,
    h: Float64Array,
    features: readonly number[],
    childrenMaySplit: boolean,
  ): OpenNode[] {
    const column = this.#columns[split.feature]!;
    const left = addNode(tree);
    const right = addNode(tree);
    tree.feature[node.id] = split.feature;
    tree.splitBin[node.id] = split.bin;
    tree.equals[node.id] = split.equals;
    tree.missingLeft[node.id] = split.missingLeft;
    tree.threshold[node.id] = thresholdOf(column, split);
    tree.left[node.id] = left;
    tree.right[node.id] = right;
    const middle = this.#partition(node, split, column);
    const l = {
      id: left,
      from: node.from,
      to: middle,
      g: split.leftG,
      h: split.leftH,
      histogram: this.#take(),
    };
    const r = { id: right, from: middle, to: node.to, g: node.g - split.leftG, h: node.h - split.leftH };
    if (childrenMaySplit) {
      const leftIsSmall = middle - node.from <= node.to - middle;
      const small = leftIsSmall ? l : r;
      this.#fill(l.histogram, small.from, small.to, g, h, features);
      const large = node.histogram;
      for (let i = 0; i < this.#size; i++) large[i]! -= l.histogram[i]!;
      return leftIsSmall
        ? [l, { ...r, histogram: large }]
        : [
            { ...l, histogram: large },
            { ...r, histogram: l.histogram },
          ];
    }
    return [l, { ...r, histogram: node.histogram }];
  }

  /** Orders the node's rows left before right, each side in its old order; returns where right begins. */
  #partition(node: OpenNode, split: Split, column: BinnedColumn): number {
    const { bins } = column;
    const missing = column.cuts.length + 1;
    let l = node.from;
    let r = 0;
    for (let i = node.from; i < node.to; i++) {
      const row = this.#rows[i]!;
      const bin = bins[row]!;
      const goLeft =
        bin === missing ? split.missingLeft : split.equals ? bin === split.bin : bin <= split.bin;
      if (goLeft) this.#rows[l++] = row;
      else this.#spare[r++] = row;
    }
    this.#rows.set(this.#spare.subarray(0, r), l);
    return l;
  }

  #fill(
    out: Float64Array,
    from: number,
    to: number,
    g: Float64Array,
    h: Float64Array,
    features: readonly number[],
  ): void {
    out.fill(0);
    const width = this.#columns.length;
    if (features.length === width) accumulateAll(out, this.#cells, width, this.#rows, from, to, g, h);
    else accumulateSome(out, this.#cells, width, Int32Array.from(features), this.#rows, from, to, g, h);
  }

  #take(): Float64Array {
    return this.#pool.pop() ?? new Float64Array(this.#size);
  }
}

/**
 * The hot loop of training, on its own so that the compiler sees one shape. Row by row: a row's cells share a cache
 * line and its gradients are read once; two rows at a time, so that their additions overlap. Measured 3.5 times the
 * speed of computing the cell from offset and bin.
 */
function accumulateAll(
  out: Float64Array,
  cells: Uint16Array | Uint32Array,
  width: number,
  rows: Uint32Array,
  from: number,
  to: number,
  g: Float64Array,
  h: Float64Array,
): void {
  let i = from;
  for (; i + 1 < to; i += 2) {
    const first = rows[i]!;
    const second = rows[i + 1]!;
    const [g1, h1, g2, h2] = [g[first]!, h[first]!, g[second]!, h[second]!];
    let b = second * width;
    for (let a = first * width, end = a + width; a < end; a++, b++) {
      const k = cells[a]!;
      out[k]! += g1;
      out[k + 1]! += h1;
      const l = cells[b]!;
      out[l]! += g2;
      out[l + 1]! += h2;
    }
  }
  if (i === to) return;
  const last = rows[i]!;
  for (let a = last * width, end = a + width; a < end; a++) {
    const k = cells[a]!;
    out[k]! += g[last]!;
    out[k + 1]! += h[last]!;
  }
}

/** The same for sampled columns. */
function accumulateSome(
  out: Float64Array,
  cells: Uint16Array | Uint32Array,
  width: number,
  features: Int32Array,
  rows: Uint32Array,
  from: number,
  to: number,
  g: Float64Array,
  h: Float64Array,
): void {
  const count = features.length;
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    const base = row * width;
    const rowG = g[row]!;
    const rowH = h[row]!;
    for (let j = 0; j < count; j++) {
      const k = cells[base + features[j]!]!;
      out[k]! += rowG;
      out[k + 1]! += rowH;
    }
  }
}

/** Largest float32: a split of the present from the missing. Finite, as a checkpoint in JSON holds no Infinity. */
const ABOVE_ALL = 3.4028234663852886e38;

function thresholdOf(column: BinnedColumn, split: Split): number {
  if (!split.equals) return split.bin < column.cuts.length ? column.cuts[split.bin]! : ABOVE_ALL;
  // The single value of a categorical bin: the cut below it, or for the first bin the code before the first cut.
  return split.bin > 0 ? column.cuts[split.bin - 1]! : column.lowest;
}
