import { createRandom } from '../../../random.ts';
import type { NumericRange, TuningRequest } from './request.ts';

type Ranges = TuningRequest['HyperParameterTuningJobConfig']['ParameterRanges'];

/** A point of the range at `u` in [0, 1). Automatic scaling is linear here. */
function between({ MinValue, MaxValue, ScalingType }: NumericRange, u: number): number {
  const [min, max] = [Number(MinValue), Number(MaxValue)];
  if (ScalingType === 'Logarithmic') return min * (max / min) ** u;
  return min + (max - min) * u;
}

/** An integer of the range; both ends are as likely as those between. */
function integer(range: NumericRange, u: number): number {
  const [min, max] = [Number(range.MinValue), Number(range.MaxValue)];
  if (range.ScalingType === 'Logarithmic') return Math.round(between(range, u));
  return Math.min(max, min + Math.floor(u * (max - min + 1)));
}

/**
 * The hyperparameters of every trial, by random search (Bergstra and Bengio, JMLR 13, 2012): each value drawn by itself,
 * whatever earlier trials gave. SageMaker's Bayesian strategy would learn from those; this stands in its place.
 * @param seed the same seed gives the same trials, however they are run
 */
export function drawTrials(
  ranges: Ranges,
  trials: number,
  seed: number,
  stream: string,
): Record<string, string>[] {
  const random = createRandom(seed, stream);
  return Array.from({ length: trials }, () =>
    Object.fromEntries([
      ...ranges.ContinuousParameterRanges.map((r) => [r.Name, String(between(r, random.next()))]),
      ...ranges.IntegerParameterRanges.map((r) => [r.Name, String(integer(r, random.next()))]),
      ...ranges.CategoricalParameterRanges.map((r) => [
        r.Name,
        r.Values[Math.floor(random.next() * r.Values.length)]!,
      ]),
    ]),
  );
}
