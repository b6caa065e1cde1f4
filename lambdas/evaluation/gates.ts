import { EVALUATION_SETS, type GatesDefinition } from '../../contracts/gates.ts';
import type { Assessments } from './assess.ts';
import type { FairnessResult } from './fairness.ts';
import { latencyGate, sizeGate } from './gate-cost.ts';
import { fairnessGates, sliceGates } from './gate-groups.ts';
import { boundGates, comparisonGates, rowsGate } from './gate-quality.ts';
import type { GateResult } from './gate-result.ts';
import type { SliceResult } from './slices.ts';

export type { GateResult };

/** All that gates look at. */
export interface Findings {
  readonly sets: Assessments;
  readonly slices: readonly SliceResult[];
  readonly fairness: readonly FairnessResult[];
  /** Milliseconds of each single prediction. */
  readonly latencies: readonly number[];
  /** Bytes of model.onnx. */
  readonly artifactBytes: number;
}

/**
 * Holds a candidate against the gates of its model definition. Every gate runs, so that one rejected run tells all
 * that is wrong with it. Rows are counted on the golden set and on the validation split; slices, fairness and the
 * comparisons are judged on those of the two that the definition judges on, the absolute bounds on the golden set if it
 * is one of them: it stays the same from run to run.
 */
export function runGates(gates: GatesDefinition, findings: Findings): GateResult[] {
  const { sets, slices, fairness } = findings;
  const judged = EVALUATION_SETS.filter((set) => gates.judgeOn.includes(set));
  const anchor = gates.judgeOn.includes('golden') ? 'golden' : 'validation';
  const on = <T extends { readonly set: (typeof EVALUATION_SETS)[number] }>(results: readonly T[]) =>
    results.filter((r) => judged.includes(r.set));
  return [
    ...EVALUATION_SETS.map((set) => rowsGate(set, sets[set].candidate.rows, gates.minRows)),
    ...boundGates(anchor, sets[anchor], gates),
    ...judged.flatMap((set) => comparisonGates(set, sets[set], gates)),
    ...sliceGates(on(slices)),
    ...(gates.fairness ? fairnessGates(on(fairness), gates.fairness) : []),
    latencyGate(findings.latencies, gates.latencyP99Ms),
    sizeGate(findings.artifactBytes, gates.maxArtifactMb),
  ];
}
