import { TrainingError } from './failure.ts';

/** Hyperparameters of the embedded trainer, named and meant as XGBoost's. */
export interface Hyperparameters {
  readonly eta: number;
  readonly max_depth: number;
  readonly num_round: number;
  readonly min_child_weight: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly subsample: number;
  readonly colsample_bytree: number;
  readonly max_bin: number;
  readonly scale_pos_weight: number;
  /** Prior probability; null takes the share of positives, as XGBoost ≥ 2 does. */
  readonly base_score: number | null;
  readonly seed: number;
  /** 0 trains all rounds. */
  readonly early_stopping_rounds: number;
  /** The metric that early stopping watches. */
  readonly eval_metric: 'logloss' | 'auc';
  /** Rounds between checkpoints. */
  readonly checkpoint_rounds: number;
}

interface Range {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

// Defaults and ranges: https://xgboost.readthedocs.io/en/stable/parameter.html
const NUMBERS: Record<Exclude<keyof Hyperparameters, 'base_score' | 'eval_metric'>, Range> = {
  eta: { default: 0.3, min: 0, max: 1 },
  max_depth: { default: 6, min: 1, max: 16, integer: true },
  num_round: { default: 100, min: 1, max: 10_000, integer: true },
  min_child_weight: { default: 1, min: 0, max: 1e9 },
  lambda: { default: 1, min: 0, max: 1e9 },
  alpha: { default: 0, min: 0, max: 1e9 },
  gamma: { default: 0, min: 0, max: 1e9 },
  subsample: { default: 1, min: 1e-3, max: 1 },
  colsample_bytree: { default: 1, min: 1e-3, max: 1 },
  max_bin: { default: 255, min: 2, max: 255, integer: true },
  scale_pos_weight: { default: 1, min: 1e-6, max: 1e6 },
  seed: { default: 0, min: 0, max: 2 ** 31 - 1, integer: true },
  early_stopping_rounds: { default: 0, min: 0, max: 10_000, integer: true },
  checkpoint_rounds: { default: 25, min: 1, max: 10_000, integer: true },
};
const ALIASES: Record<string, string> = {
  learning_rate: 'eta',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  n_estimators: 'num_round',
};
/** Ours to accept and another trainer's to use: SageMaker's own, and what has only one value here. */
const PASSED_BY = /^(sagemaker_|_tuning|container$|nthread$|tree_method$|device$|verbosity$)/;

function number(name: string, text: string, range: Range): number {
  const value = Number(text);
  const whole = range.integer ? 'a whole number' : 'a number';
  if (text.trim() === '' || !Number.isFinite(value) || (range.integer && !Number.isInteger(value)))
    throw new TrainingError(`hyperparameter ${name}: expected ${whole}, got '${text}'`);
  if (value < range.min || value > range.max)
    throw new TrainingError(`hyperparameter ${name}: expected ${range.min} to ${range.max}, got ${text}`);
  return value;
}

/**
 * Reads `hyperparameters.json`, in which every value is a string.
 * @throws TrainingError naming the parameter, its range and the value
 */
export function parseHyperparameters(given: Readonly<Record<string, string>>): Hyperparameters {
  const values: Record<string, number | string | null> = { base_score: null, eval_metric: 'logloss' };
  for (const [name, range] of Object.entries(NUMBERS)) values[name] = range.default;
  for (const [asGiven, text] of Object.entries(given)) {
    const name = ALIASES[asGiven] ?? asGiven;
    if (name in NUMBERS) values[name] = number(name, text, NUMBERS[name as keyof typeof NUMBERS]);
    else if (name === 'base_score')
      values[name] = number(name, text, { default: 0.5, min: 1e-6, max: 1 - 1e-6 });
    else if (name === 'eval_metric') values[name] = oneOf(name, text, ['logloss', 'auc']);
    else if (name === 'objective') oneOf(name, text, ['binary:logistic']);
    else if (!PASSED_BY.test(name))
      throw new TrainingError(`hyperparameter ${name}: not known to this trainer`);
  }
  return values as unknown as Hyperparameters;
}

function oneOf(name: string, text: string, allowed: readonly string[]): string {
  if (!allowed.includes(text))
    throw new TrainingError(`hyperparameter ${name}: expected ${allowed.join(' or ')}, got '${text}'`);
  return text;
}
