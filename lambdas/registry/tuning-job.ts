import { type HyperparameterRange, isLoss, type Tuning } from '../../contracts/trainer.ts';

const SCALES = { auto: 'Auto', linear: 'Linear', logarithmic: 'Logarithmic' } as const;

/** A search as CreateHyperParameterTuningJob takes it: `HyperParameterTuningJobConfig`. */
export function tuningJobConfig(tuning: Tuning, seed: number): Readonly<Record<string, unknown>> {
  const ranges = Object.entries(tuning.ranges);
  const numbers = (kind: 'continuous' | 'integer') =>
    ranges.flatMap(([Name, r]) => (r.kind === kind ? [{ Name, ...bounds(r) }] : []));
  return {
    Strategy: 'Bayesian',
    HyperParameterTuningJobObjective: {
      Type: isLoss(tuning.metric) ? 'Minimize' : 'Maximize',
      MetricName: tuning.metric,
    },
    ResourceLimits: {
      MaxNumberOfTrainingJobs: tuning.maxTrials,
      MaxParallelTrainingJobs: tuning.parallel,
    },
    ParameterRanges: {
      ContinuousParameterRanges: numbers('continuous'),
      IntegerParameterRanges: numbers('integer'),
      CategoricalParameterRanges: ranges.flatMap(([Name, r]) =>
        r.kind === 'categorical' ? [{ Name, Values: r.values }] : [],
      ),
    },
    TrainingJobEarlyStoppingType: tuning.earlyStopping ? 'Auto' : 'Off',
    // CreateHyperParameterTuningJob takes seeds up to 2³¹ − 1.
    RandomSeed: seed % 2 ** 31,
  };
}

type Bounded = Exclude<HyperparameterRange, { kind: 'categorical' }>;
const bounds = ({ min, max, scale }: Bounded) => ({
  MinValue: String(min),
  MaxValue: String(max),
  ScalingType: SCALES[scale],
});

/** The hyperparameters that every trial has alike. */
export const fixedHyperparameters = (
  all: Readonly<Record<string, string>>,
  { ranges }: Tuning,
): Record<string, string> => Object.fromEntries(Object.entries(all).filter(([name]) => !(name in ranges)));
