import type { ModelDefinition } from '../../contracts/model-definition.ts';

/**
 * On-demand prices of SageMaker training in us-east-1, USD an hour, as listed on
 * https://aws.amazon.com/sagemaker/ai/pricing/ when they were written down; other regions cost some per cent more. A
 * definition's own `trainer.hourlyPriceUsd` goes before them.
 */
const HOURLY_USD: Readonly<Record<string, number>> = {
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.c5.xlarge': 0.204,
  'ml.g4dn.xlarge': 0.736,
  'ml.g5.xlarge': 1.408,
  'ml.g5.2xlarge': 1.515,
};

/** A cost, or why it cannot be told. */
export type Cost = { readonly usd: number } | { readonly usd: null; readonly why: string };

/**
 * Estimate of what a training job cost: billed seconds × instances × on-demand price. Spot needs no other price: its
 * savings are in the billed seconds (DescribeTrainingJob: savings = (1 − BillableTimeInSeconds / TrainingTimeInSeconds)).
 */
export function costOf(
  trainer: ModelDefinition['trainer'],
  billableSeconds: number | null,
  instanceType: string | null,
  instanceCount: number | null,
): Cost {
  if (billableSeconds === null) return { usd: null, why: 'the training job told no billed seconds' };
  const type = instanceType ?? trainer.instanceType;
  const hourly = trainer.hourlyPriceUsd ?? HOURLY_USD[type];
  if (hourly === undefined)
    return { usd: null, why: `no price of ${type} is known: set trainer.hourlyPriceUsd in the definition` };
  const usd = (billableSeconds / 3600) * hourly * (instanceCount ?? trainer.instanceCount);
  return { usd: Number(usd.toFixed(4)) };
}
