import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { Batch } from './batch.ts';
import type { Tally } from './tally.ts';
import { parseEventTime } from './window.ts';

/** Features that name the raw column of the time at which they became known, where the label names its own. */
export const featureTimes = ({ features, label }: ModelDefinition): readonly (readonly [string, string])[] =>
  label.knownAt === undefined
    ? []
    : features.flatMap((f) => (f.knownAt === undefined ? [] : [[f.name, f.knownAt] as const]));

/** Raw columns with the times at which label and features became known: ISO 8601 text or epoch milliseconds. */
export const timeColumns = (definition: ModelDefinition): string[] => {
  const times = featureTimes(definition).map(([, column]) => column);
  return times.length > 0 ? [definition.label.knownAt!, ...times] : [];
};

/** Makes the count of values that became known only after their label; a row that lacks one of the times tells nothing. */
export function lateCounter(definition: ModelDefinition, tally: Tally): (batch: Batch, row: number) => void {
  const times = featureTimes(definition);
  if (times.length === 0) return () => {};
  return (batch, row) => {
    const labelAt = parseEventTime(batch.column(definition.label.knownAt!)(row));
    for (const [feature, column] of times)
      if (parseEventTime(batch.column(column)(row)) > labelAt)
        tally.late.set(feature, (tally.late.get(feature) ?? 0) + 1);
  };
}
