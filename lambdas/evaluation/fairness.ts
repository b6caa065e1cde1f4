import type { EvaluationSet, FairnessDefinition } from '../../contracts/gates.ts';
import { type Estimate, unknown, Z95 } from '../shared/statistics/estimate.ts';
import { groupRows, MISSING, UNSEEN } from './groups.ts';
import type { ScoredSet } from './slices.ts';

/** How one group of a protected attribute fares. Rates are shares, null where their denominator is zero. */
export interface GroupRates {
  readonly group: string;
  readonly rows: number;
  /** Share that gets the favourable decision. */
  readonly selectionRate: number | null;
  /** The same among those who deserve it, and among those who do not. */
  readonly truePositiveRate: number | null;
  readonly falsePositiveRate: number | null;
  /** Why a rate is null, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
  /** Whether it has enough rows to be compared. */
  readonly counted: boolean;
}

export interface FairnessResult {
  readonly set: EvaluationSet;
  readonly attribute: string;
  readonly groups: readonly GroupRates[];
  /** Smallest over largest selection rate; 1 is equal treatment. */
  readonly disparateImpact: Estimate;
  /** Largest minus smallest selection rate. */
  readonly parityDifference: Estimate;
  /** The larger of the differences of true and of false positive rates (equalised odds). */
  readonly oddsDifference: Estimate;
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function rates(
  { labels, candidate }: Pick<ScoredSet, 'labels' | 'candidate'>,
  members: Uint32Array,
  threshold: number,
  favourable: FairnessDefinition['favourable'],
): Omit<GroupRates, 'group' | 'counted'> {
  const wanted = favourable === 'positive' ? 1 : 0;
  let [selected, deserving, right, wrong] = [0, 0, 0, 0];
  for (const i of members) {
    const chosen = (candidate[i]! >= threshold ? 1 : 0) === wanted;
    const deserves = labels[i] === wanted;
    if (chosen) selected++;
    if (deserves) deserving++;
    if (chosen && deserves) right++;
    if (chosen && !deserves) wrong++;
  }
  const rows = members.length;
  return {
    rows,
    selectionRate: share(selected, rows),
    truePositiveRate: share(right, deserving),
    falsePositiveRate: share(wrong, rows - deserving),
    unknown: {
      ...(deserving === 0 && { truePositiveRate: 'no row of the group has the favourable label' }),
      ...(deserving === rows && { falsePositiveRate: 'every row of the group has the favourable label' }),
    },
  };
}

interface Extremes {
  readonly low: GroupRates & { readonly selectionRate: number };
  readonly high: GroupRates & { readonly selectionRate: number };
}

/**
 * Smallest over largest selection rate, with the interval of a ratio of two binomial shares on the log scale (Katz,
 * Baptista, Azen and Pike, Biometrics 34, 1978).
 */
function disparateImpact({ low, high }: Extremes): Estimate {
  const [p, q] = [low.selectionRate, high.selectionRate];
  if (q === 0) return unknown('nobody gets the favourable decision');
  const value = p / q;
  if (p === 0) return { value, low: 0, high: null, reason: null };
  const error = Math.sqrt((1 - p) / (low.rows * p) + (1 - q) / (high.rows * q));
  return { value, low: value * Math.exp(-Z95 * error), high: value * Math.exp(Z95 * error), reason: null };
}

/** Difference of two binomial shares with Wald's interval. */
function parityDifference({ low, high }: Extremes): Estimate {
  const [p, q] = [low.selectionRate, high.selectionRate];
  const error = Math.sqrt((p * (1 - p)) / low.rows + (q * (1 - q)) / high.rows);
  const value = q - p;
  return {
    value,
    low: Math.max(0, value - Z95 * error),
    high: Math.min(1, value + Z95 * error),
    reason: null,
  };
}

const spread = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((v) => v !== null);
  return known.length < 2 ? null : Math.max(...known) - Math.min(...known);
};

/** Equalised odds (Hardt, Price and Srebro, NeurIPS 2016): decisions that err alike in every group. */
function oddsDifference(groups: readonly GroupRates[]): Estimate {
  const parts = [
    spread(groups.map((g) => g.truePositiveRate)),
    spread(groups.map((g) => g.falsePositiveRate)),
  ];
  const known = parts.filter((v) => v !== null);
  if (known.length === 0) return unknown('no two groups have rows of the same class');
  return { value: Math.max(...known), low: null, high: null, reason: null };
}

/**
 * Fairness of the candidate's decisions for each protected attribute. Groups with too few rows are listed and not compared,
 * and neither is what is missing or unseen a group: nobody belongs to it.
 */
export function fairnessResults(
  scored: ScoredSet,
  { attributes, favourable, minGroupRows }: FairnessDefinition,
  threshold: number,
): FairnessResult[] {
  return attributes.map(({ feature, edges }): FairnessResult => {
    const value = scored.values(feature);
    const members = value ? groupRows(scored.labels.length, value, edges) : new Map<string, Uint32Array>();
    const groups = [...members].map(
      ([group, rows]): GroupRates => ({
        group,
        ...rates(scored, rows, threshold, favourable),
        counted: rows.length >= minGroupRows && group !== MISSING && group !== UNSEEN,
      }),
    );
    const counted = groups.filter((g) => g.counted);
    const about = { set: scored.set, attribute: feature, groups };
    const extremes = extremesOf(counted);
    if (!extremes) {
      const none = unknown(
        value
          ? `${counted.length} of ${groups.length} groups have ${minGroupRows} rows or more, needed are two`
          : `the ${scored.set} set has no '${feature}'`,
      );
      return { ...about, disparateImpact: none, parityDifference: none, oddsDifference: none };
    }
    return {
      ...about,
      disparateImpact: disparateImpact(extremes),
      parityDifference: parityDifference(extremes),
      oddsDifference: oddsDifference(counted),
    };
  });
}

function extremesOf(groups: readonly GroupRates[]): Extremes | null {
  const known = groups.filter((g): g is Extremes['low'] => g.selectionRate !== null);
  known.sort((a, b) => a.selectionRate - b.selectionRate);
  const [low, high] = [known[0], known.at(-1)];
  return low && high && known.length > 1 ? { low, high } : null;
}
