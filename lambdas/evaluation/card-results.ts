import type { CardFairness, CardSlice } from './card.ts';
import type { FairnessResult } from './fairness.ts';
import type { GateResult } from './gates.ts';
import type { SliceResult } from './slices.ts';

/** Slices as the card tells them: the candidate's metrics, and the champion's one that was compared. */
export const cardSlices = (slices: readonly SliceResult[]): CardSlice[] =>
  slices.map((s) => ({
    feature: `${s.set}: ${s.feature}`,
    value: s.value,
    rows: s.rows,
    metrics: {
      ...s.candidate,
      ...(s.difference && { [`${s.metric}Difference`]: s.difference.value }),
    },
    unknown: {
      ...s.unknown,
      ...(s.difference?.reason && { [`${s.metric}Difference`]: s.difference.reason }),
    },
  }));

/** Fairness as the card tells it, with the verdict of its gates. */
export const cardFairness = (
  results: readonly FairnessResult[],
  gates: readonly GateResult[],
): CardFairness[] =>
  results.map((r) => {
    const mine = gates.filter((g) => g.gate.startsWith(`${r.set}.fairness.${r.attribute}.`));
    const { disparateImpact, parityDifference, oddsDifference } = r;
    const reasons = [disparateImpact, parityDifference, oddsDifference].flatMap((e) => e.reason ?? []);
    const said = mine.length > 0 ? mine.map((g) => g.detail) : ['Not judged on this set.'];
    return {
      attribute: `${r.set}: ${r.attribute}`,
      groups: r.groups.map((g) => ({
        value: g.group,
        rows: g.rows,
        selectionRate: g.selectionRate,
        compared: g.counted,
      })),
      disparateImpact: disparateImpact.value,
      demographicParityDifference: parityDifference.value,
      equalisedOddsDifference: oddsDifference.value,
      verdict: [...new Set([...said, ...reasons])].join('; '),
    };
  });

/**
 * Gates as the card tells them. The measured time is left to the report: it is never the same twice, and the same run
 * must make the same card.
 */
export const cardGates = (gates: readonly GateResult[]): GateResult[] =>
  gates.map((g) =>
    g.metric === 'latencyP99Ms'
      ? {
          ...g,
          value: null,
          detail: `p99 of single predictions was ${g.passed ? 'within' : 'above'} ${g.threshold} ms; the evaluation report tells it`,
        }
      : g,
  );
