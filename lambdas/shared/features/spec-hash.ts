import { createHash } from 'node:crypto';
import type { ModelDefinition } from '../../../contracts/model-definition.ts';

/**
 * sha256 (hex) of everything in the definition that decides what a raw record becomes: features, inputs, null texts,
 * label, event time and entity columns. Thresholds, schedules and trainer are not in it.
 *
 * The code of on-demand features is not in it either: bundlers rewrite function text, so its hash would differ between
 * two bundles of one commit. The run's commit names that code.
 */
export function featureSpecHash(definition: ModelDefinition): string {
  const { features, inputs, label, eventTime, entity } = definition;
  const { nullValues } = definition.data;
  const spec = canonical({ features, inputs, label, eventTime, entity, nullValues });
  return createHash('sha256').update(spec).digest('hex');
}

/** JSON with sorted keys: one text for one value, however it was written down. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}
