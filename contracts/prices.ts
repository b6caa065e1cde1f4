/**
 * On-demand prices of SageMaker training instances in us-east-1, USD an hour. Written down on {@link PRICES_OF} from public
 * copies of https://aws.amazon.com/sagemaker/ai/pricing/ (training), not from the live list; other regions cost some per
 * cent more. A definition's own `trainer.hourlyPriceUsd` goes before them: set it where the difference matters.
 */
export const PRICES_OF = '2026-11-21';
export const HOURLY_USD: Readonly<Record<string, number>> = {
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.m5.4xlarge': 0.922,
  'ml.c5.xlarge': 0.204,
  'ml.c5.2xlarge': 0.408,
  'ml.g4dn.xlarge': 0.736,
  'ml.g4dn.2xlarge': 0.94,
  'ml.g4dn.4xlarge': 1.505,
  'ml.g4dn.8xlarge': 2.72,
  'ml.g4dn.12xlarge': 4.89,
  'ml.g5.xlarge': 1.408,
  'ml.g5.2xlarge': 1.515,
  'ml.g5.4xlarge': 2.03,
  'ml.g5.8xlarge': 3.06,
  'ml.g5.12xlarge': 7.09,
  'ml.g5.16xlarge': 5.12,
  'ml.g5.24xlarge': 10.18,
  'ml.g5.48xlarge': 20.36,
  'ml.g6.xlarge': 1.127,
  'ml.g6.2xlarge': 1.222,
  'ml.g6.4xlarge': 1.654,
  'ml.g6.8xlarge': 2.518,
  'ml.g6.12xlarge': 5.752,
  'ml.g6.24xlarge': 8.344,
  'ml.g6.48xlarge': 16.688,
  'ml.p3.2xlarge': 3.825,
  'ml.p3.8xlarge': 14.688,
  'ml.p3.16xlarge': 28.152,
};

/** Price of one instance, USD an hour; undefined where nobody has told it. */
export const hourlyUsd = (
  trainer: { readonly hourlyPriceUsd: number | null },
  instanceType: string,
): number | undefined => trainer.hourlyPriceUsd ?? HOURLY_USD[instanceType];
