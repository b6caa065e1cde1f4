import { seeded } from '../random.ts';
import { applyCuts, type BinnedColumn, binColumn } from './bins.ts';
import type { Table } from './data.ts';
import { Grower } from './grow.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { auc, logLoss } from './metrics.ts';
import { addPredictions, type Tree } from './tree.ts';

export interface Epoch {
  readonly epoch: number;
  readonly metrics: Record<string, number>;
}

/** A trained ensemble: score = sigmoid(logit(baseScore) + sum of trees). */
export interface Booster {
  readonly baseScore: number;
  readonly trees: readonly Tree[];
  readonly epochs: readonly Epoch[];
  /** Trees that count: early stopping cuts there. */
  readonly bestRound: number;
}

/** What a checkpoint holds; training goes on from it to the same result. */
export interface Progress {
  readonly trees: Tree[];
  readonly epochs: Epoch[];
}

export interface BoostHooks {
  onEpoch(epoch: Epoch): void;
  onCheckpoint(progress: Progress): void;
  /** Asked between rounds, with a turn of the event loop before, so that a signal is heard. */
  stopped(): boolean;
}

/** The training was interrupted between two rounds; what was trained is in the checkpoint. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const logit = (p: number): number => Math.log(p / (1 - p));

/**
 * Gradient boosting of regression trees on logistic loss with Newton steps (Chen and Guestrin, XGBoost, 2016).
 * Deterministic: equal tables, hyperparameters and seed give equal trees.
 * @throws Interrupted when `hooks.stopped()` says so
 */
export async function boost(
  train: Table,
  validation: Table | undefined,
  p: Hyperparameters,
  resume: Progress,
  hooks: BoostHooks,
): Promise<Booster> {
  const columns = train.features.map((v, f) => binColumn(v, p.max_bin, train.categorical[f]!));
  const missing = columns.map((c) => c.cuts.length + 1);
  const heldOut = validation?.features.map((v, f) => applyCuts(v, columns[f]!.cuts));
  const baseScore = p.base_score ?? weightedMean(train.labels, p.scale_pos_weight);
  const margins = new Float64Array(train.labels.length).fill(logit(baseScore));
  const heldOutMargins = new Float64Array(validation?.labels.length ?? 0).fill(logit(baseScore));
  const grower = new Grower(columns, p);
  const { trees, epochs } = resume;
  for (const tree of trees) {
    addPredictions(
      tree,
      columns.map((c) => c.bins),
      missing,
      margins,
    );
    if (heldOut) addPredictions(tree, heldOut, missing, heldOutMargins);
  }
  const g = new Float64Array(margins.length);
  const h = new Float64Array(margins.length);
  gradients(margins, train.labels, p.scale_pos_weight, g, h);
  for (let round = trees.length; round < p.num_round && !pastBest(epochs, p); round++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (hooks.stopped()) {
      hooks.onCheckpoint({ trees, epochs });
      throw new Interrupted(`stopped after ${trees.length} rounds`);
    }
    const tree = oneTree(grower, columns, p, round, g, h, margins, missing);
    trees.push(tree);
    if (heldOut) addPredictions(tree, heldOut, missing, heldOutMargins);
    const loss = gradients(margins, train.labels, p.scale_pos_weight, g, h);
    const epoch = { epoch: round + 1, metrics: measure(loss, heldOutMargins, validation) };
    epochs.push(epoch);
    hooks.onEpoch(epoch);
    if ((round + 1) % p.checkpoint_rounds === 0) hooks.onCheckpoint({ trees, epochs });
  }
  return { baseScore, trees, epochs, bestRound: validation ? best(epochs, p) : trees.length };
}

function oneTree(
  grower: Grower,
  columns: readonly BinnedColumn[],
  p: Hyperparameters,
  round: number,
  g: Float64Array,
  h: Float64Array,
  margins: Float64Array,
  missing: readonly number[],
): Tree {
  const random = seeded(p.seed, round);
  const sampled = new Uint8Array(margins.length).fill(1);
  if (p.subsample < 1) for (let i = 0; i < sampled.length; i++) sampled[i] = random() < p.subsample ? 1 : 0;
  const features = sampleFeatures(columns.length, p.colsample_bytree, random);
  const tree = grower.grow(g, h, sampled, features, margins);
  if (p.subsample < 1)
    addPredictions(
      tree,
      columns.map((c) => c.bins),
      missing,
      margins,
      sampled,
    );
  return tree;
}

/**
 * First and second derivative of the log loss by the margin, p − y and p(1 − p), positives weighted.
 * @returns the mean log loss of the margins, which costs only a logarithm here
 */
function gradients(
  margins: Float64Array,
  labels: Float64Array,
  weight: number,
  g: Float64Array,
  h: Float64Array,
): number {
  let loss = 0;
  for (let i = 0; i < margins.length; i++) {
    const q = 1 / (1 + Math.exp(-margins[i]!));
    const positive = labels[i] === 1;
    const w = positive ? weight : 1;
    g[i] = w * (positive ? q - 1 : q);
    // XGBoost's floor of the hessian, so that certain rows cannot divide by zero.
    h[i] = Math.max(w * q * (1 - q), 1e-16);
    loss -= Math.log(Math.max(positive ? q : 1 - q, 1e-16));
  }
  return loss / margins.length;
}

function sampleFeatures(count: number, share: number, random: () => number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const wanted = Math.max(1, Math.floor(share * count));
  for (let i = 0; i < wanted; i++) {
    const j = i + Math.floor(random() * (count - i));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, wanted).sort((a, b) => a - b);
}

function weightedMean(labels: Float64Array, positiveWeight: number): number {
  let positives = 0;
  for (const y of labels) positives += y;
  const weighted = positives * positiveWeight;
  return weighted / (weighted + labels.length - positives);
}

function measure(
  trainLoss: number,
  heldOut: Float64Array,
  validation: Table | undefined,
): Record<string, number> {
  const metrics: Record<string, number> = { 'train-logloss': trainLoss };
  if (validation) {
    metrics['validation-logloss'] = logLoss(heldOut, validation.labels);
    const area = auc(heldOut, validation.labels);
    if (Number.isFinite(area)) metrics['validation-auc'] = area;
  }
  return metrics;
}

/** Rounds up to the best by the watched metric; all of them without early stopping. */
function best(epochs: readonly Epoch[], p: Hyperparameters): number {
  if (p.early_stopping_rounds === 0) return epochs.length;
  const sign = p.eval_metric === 'auc' ? -1 : 1;
  let found = 0;
  epochs.forEach((e, i) => {
    const value = (x: Epoch): number => sign * (x.metrics[`validation-${p.eval_metric}`] ?? 0);
    if (value(e) < value(epochs[found]!)) found = i;
  });
  return found + 1;
}

const pastBest = (epochs: readonly Epoch[], p: Hyperparameters): boolean =>
  p.early_stopping_rounds > 0 &&
  epochs.length > 0 &&
  epochs[0]!.metrics[`validation-${p.eval_metric}`] !== undefined &&
  epochs.length - best(epochs, p) >= p.early_stopping_rounds;
