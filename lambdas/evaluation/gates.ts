import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { Assessment, Assessments } from './assess.ts';

/** One check and how it ended. */
export interface GateResult {
  /** e.g. `golden.auc.minimum` */
  readonly gate: string;
  readonly passed: boolean;
  /** The candidate's value; null when the metric is not defined. */
  readonly value: number | null;
  /** The bound that the value was held against; null when the champion's own value is not defined. */
  readonly threshold: number | null;
  /** One sentence with metric, value and threshold. */
  readonly detail: string;
}

/** What is exactly at a bound passes, whatever the last bit of a subtraction says (0.9 − 0.01 is 0.89 and 1e-17 more). */
const ROUNDING = 1e-9;

const SETS = ['golden', 'validation'] as const;
const show = (v: number) => String(Number(v.toFixed(4)));

function atLeast(gate: string, name: string, value: number | null, bound: number, why: string): GateResult {
  const passed = value !== null && value >= bound;
  const said = value === null ? `is not defined (${why})` : `is ${show(value)}`;
  const detail = `${name} ${said}, ${passed ? 'and' : 'but'} must be at least ${show(bound)}`;
  return { gate, passed, value, threshold: bound, detail };
}

/**
 * Candidate against champion on one set. `slack` widens the champion's value in the direction that is worse. A metric
 * that only the candidate lacks fails; one that the champion lacks too says nothing of either, and other gates judge.
 */
function notWorse(
  gate: string,
  name: string,
  ours: { readonly value: number | null; readonly why: string },
  theirs: number | null,
  slack: number,
  higherIsBetter: boolean,
): GateResult {
  if (theirs === null) {
    const detail = `${name}: the champion's is not defined on these rows, so there is nothing to compare with`;
    return { gate, passed: ours.value !== null, value: ours.value, threshold: null, detail };
  }
  const bound = higherIsBetter ? theirs - slack : theirs + slack;
  const passed =
    ours.value !== null && (higherIsBetter ? ours.value >= bound - ROUNDING : ours.value <= bound + ROUNDING);
  const said = ours.value === null ? `is not defined (${ours.why})` : `is ${show(ours.value)}`;
  const limit = `${higherIsBetter ? 'at least' : 'at most'} ${show(bound)} (champion ${show(theirs)}, tolerance ${show(slack)})`;
  return {
    gate,
    passed,
    value: ours.value,
    threshold: bound,
    detail: `${name} ${said}, ${passed ? 'and' : 'but'} must be ${limit}`,
  };
}

const why = (a: Assessment) => a.auc.reason ?? 'there are no rows';

/**
 * Holds a candidate against the gates of its model definition. Every gate runs, so that one rejected run tells all
 * that is wrong with it. Rows are counted on the golden set and on the validation split; the comparisons are made on
 * those of the two that the definition judges on.
 */
export function runGates(
  gates: ModelDefinition['gates'],
  candidate: Assessments,
  champion: Assessments | null,
): GateResult[] {
  const results = SETS.map((set) =>
    atLeast(`${set}.rows.minimum`, `${set} rows`, candidate[set].rows, gates.minRows, ''),
  );
  // The minimum is held on the golden set where that is judged on: it stays the same from run to run.
  const anchor = gates.judgeOn.includes('golden') ? 'golden' : 'validation';
  const { auc } = candidate[anchor];
  results.push(
    atLeast(`${anchor}.auc.minimum`, `${anchor} AUC`, auc.value, gates.minAuc, why(candidate[anchor])),
  );
  if (!champion) return results;
  for (const set of SETS.filter((s) => gates.judgeOn.includes(s))) {
    const [ours, theirs] = [candidate[set], champion[set]];
    const because = why(ours);
    results.push(
      notWorse(
        `${set}.auc.champion`,
        `${set} AUC`,
        { value: ours.auc.value, why: because },
        theirs.auc.value,
        gates.aucTolerance,
        true,
      ),
      notWorse(
        `${set}.logLoss.champion`,
        `${set} log loss`,
        { value: ours.logLoss, why: because },
        theirs.logLoss,
        gates.logLossTolerance,
        false,
      ),
    );
  }
  return results;
}
