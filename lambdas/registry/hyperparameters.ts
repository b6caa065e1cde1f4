import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { SettingsItem } from '../../contracts/registry.ts';

/**
 * The hyperparameters of a run as SageMaker takes them: all strings. An operator's override wins over the definition;
 * the seed is one of them, so that it can be overridden like any other.
 */
export function mergeHyperparameters(
  trainer: ModelDefinition['trainer'],
  overrides: SettingsItem['hyperparameters'],
): Record<string, string> {
  const merged = { seed: trainer.seed, ...trainer.hyperparameters, ...overrides };
  return Object.fromEntries(Object.entries(merged).map(([k, v]) => [k, String(v)]));
}
