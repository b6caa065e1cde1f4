import type { FeatureValue, RawRecord } from '../../contracts/features.ts';
import type { Feature, ModelDefinition } from '../../contracts/model-definition.ts';

/**
 * A value of a clean record as a parsed row holds it, for asking a version directly. Data that need defaults, ranges
 * or on-demand features must go through the API.
 */
export function readFeature(definition: ModelDefinition, feature: Feature, record: RawRecord): FeatureValue {
  const raw = record[feature.name];
  const text = raw === null || raw === undefined ? '' : String(raw);
  if (text === '' || definition.data.nullValues.includes(text)) return null;
  return feature.kind === 'numeric' ? Number(text) : text;
}
