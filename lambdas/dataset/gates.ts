import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { PartitionTally, Tally } from './tally.ts';

const percent = (x: number) => `${(100 * x).toFixed(1)} %`;

/**
 * Data gates on what was read: share of rejected rows and share of nulls by feature, over the whole window and over
 * its newest partitions, each against the definition's limits. Duplicates are no sign of a sick feed and are not
 * counted here.
 * @param newestFrom date from which partitions are the newest part
 * @returns every failure as one sentence
 */
export function inputFailures(definition: ModelDefinition, tally: Tally, newestFrom?: string): string[] {
  const failures = check(definition, tally.total(), 'the window');
  if (newestFrom === undefined) return failures;
  return [...failures, ...check(definition, tally.total(newestFrom), `the data since ${newestFrom}`)];
}

function check({ data, features }: ModelDefinition, t: PartitionTally, where: string): string[] {
  const failures: string[] = [];
  const rejectRate = t.read === 0 ? 0 : t.rejected / t.read;
  if (rejectRate > data.maxRejectRate)
    failures.push(
      `${percent(rejectRate)} of ${t.read} rows of ${where} were rejected, allowed are ${percent(data.maxRejectRate)}`,
    );
  features.forEach((feature, f) => {
    const allowed = data.maxNullRateOf[feature.name] ?? data.maxNullRate;
    const rate = t.accepted === 0 ? 0 : t.nulls[f]! / t.accepted;
    if (rate > allowed)
      failures.push(
        `${feature.name}: ${percent(rate)} of ${where} is missing, allowed are ${percent(allowed)}`,
      );
  });
  return failures;
}

/** Gates on what would be trained on. `undefined` rows: the rows cannot be split by time. */
export function outputFailures(
  definition: ModelDefinition,
  rows: { readonly train: number; readonly validation: number } | undefined,
  positives: { readonly train: number; readonly validation: number },
): string[] {
  if (!rows) return ['all rows have the same event time: they cannot be split by time'];
  const failures: string[] = [];
  const total = rows.train + rows.validation;
  if (total < definition.data.minRows)
    failures.push(`${total} rows were accepted, needed are ${definition.data.minRows}`);
  for (const part of ['train', 'validation'] as const) {
    if (positives[part] === 0) failures.push(`the ${part} rows hold no positive label`);
    if (positives[part] === rows[part]) failures.push(`the ${part} rows hold no negative label`);
  }
  const share = (positives.train + positives.validation) / total;
  const { minClassShare } = definition.data;
  if (total > 0 && Math.min(share, 1 - share) < minClassShare)
    failures.push(
      `the classes are out of balance: ${percent(share)} of ${total} rows are positive, either class needs ${percent(minClassShare)}`,
    );
  return failures;
}
