import { describe, expect, it } from 'vitest';
import { type GatesDefinition, gatesSchema } from '../../contracts/gates.ts';
import type { Assessment, Assessments, SetAssessment } from '../../lambdas/evaluation/assess.ts';
import { flatMetrics, flatUnknown } from '../../lambdas/evaluation/flat-metrics.ts';
import { type Findings, runGates } from '../../lambdas/evaluation/gates.ts';
import type { Estimate } from '../../lambdas/shared/statistics/estimate.ts';

const gates = (over: Partial<GatesDefinition> = {}): GatesDefinition => ({
  ...gatesSchema.parse({ minRows: 100, minAuc: 0.8, aucTolerance: 0.02, logLossTolerance: 0.02 }),
  ...over,
});

/** A value with an interval of ± `half`. */
const about = (value: number, half = 0.005): Estimate => ({
  value,
  low: value - half,
  high: value + half,
  reason: null,
});
const NONE: Estimate = { value: null, low: null, high: null, reason: 'all 1000 rows are of class 0' };

const assessment = (auc: Estimate, logLoss: number, rows = 1000): Assessment => ({
  rows,
  positives: 50,
  metrics: { auc, logLoss: about(logLoss) },
});

/** A set on which candidate and champion have these AUCs and log losses, and their difference is known to ± `half`. */
function compared(
  ours: readonly [number, number],
  theirs: readonly [number, number],
  half = 0.005,
): SetAssessment {
  return {
    candidate: assessment(about(ours[0]), ours[1]),
    champion: assessment(about(theirs[0]), theirs[1]),
    difference: { auc: about(ours[0] - theirs[0], half), logLoss: about(ours[1] - theirs[1], half) },
  };
}
const alone = (a: Assessment): SetAssessment => ({ candidate: a, champion: null, difference: null });
const both = (s: SetAssessment): Assessments => ({ golden: s, validation: s });

const run = (sets: Assessments, g = gates(), over: Partial<Findings> = {}) =>
  runGates(g, { sets, slices: [], fairness: [], latencies: [1], artifactBytes: 1000, ...over });
const failed = (...args: Parameters<typeof run>) =>
  run(...args)
    .filter((x) => !x.passed)
    .map((x) => x.gate);
const GOOD = both(alone(assessment(about(0.85), 0.1)));

describe('the gates', () => {
  it('let a good first candidate pass without a champion', () => {
    expect(failed(GOOD)).toEqual([]);
  });

  it('hold the whole interval against an absolute bound, not the point', () => {
    expect(failed(both(alone(assessment(about(0.82, 0.03), 0.1))))).toEqual(['golden.auc.minimum']);
    expect(failed(both(alone(assessment(about(0.82, 0.02), 0.1))))).toEqual([]);
  });

  it('hold further bounds that the definition names', () => {
    const g = gates({ floors: { logLoss: { max: 0.104 }, auc: { min: 0.86 }, ndcg: { min: 0.1 } } });
    expect(failed(GOOD, g)).toEqual(['golden.logLoss.maximum', 'golden.auc.minimum', 'golden.ndcg.minimum']);
  });

  it('let a candidate pass that is surely not worse by more than the tolerance', () => {
    expect(failed(both(compared([0.886, 0.114], [0.9, 0.1])))).toEqual([]);
  });

  it('stop one that may be worse by more, though its point is within the tolerance', () => {
    expect(failed(both(compared([0.886, 0.1], [0.9, 0.1], 0.01)))).toEqual([
      'golden.auc.champion',
      'validation.auc.champion',
    ]);
  });

  it('stop a candidate that is worse on either set', () => {
    const sets = { golden: compared([0.9, 0.1], [0.9, 0.1]), validation: compared([0.85, 0.1], [0.9, 0.1]) };
    expect(failed(sets)).toEqual(['validation.auc.champion']);
  });

  it('stop a candidate whose log loss is worse by more', () => {
    const sets = { golden: compared([0.9, 0.13], [0.9, 0.1]), validation: compared([0.9, 0.1], [0.9, 0.1]) };
    expect(failed(sets)).toEqual(['golden.logLoss.champion']);
  });

  it('that ask for better take no luck for it: the interval must say so', () => {
    const g = gates({ betterBy: { auc: 0 } });
    const result = (half: number) =>
      run(both(compared([0.91, 0.1], [0.9, 0.1], half)), g).find((x) => x.gate === 'golden.auc.better')!;
    expect(result(0.009).passed).toBe(true);
    expect(result(0.011)).toMatchObject({
      passed: false,
      value: expect.closeTo(0.01, 9),
      interval: { low: expect.closeTo(-0.001, 9), high: expect.closeTo(0.021, 9) },
      threshold: 0,
    });
  });

  it('turn "better by" round for metrics of which less is better', () => {
    const g = gates({ betterBy: { logLoss: 0.01 } });
    expect(failed(both(compared([0.9, 0.08], [0.9, 0.1])), g)).toEqual([]);
    expect(failed(both(compared([0.9, 0.094], [0.9, 0.1])), g)).toEqual([
      'golden.logLoss.better',
      'validation.logLoss.better',
    ]);
  });

  it('judge on the validation split alone where the definition says so', () => {
    const golden = compared([0.6, 0.5], [0.9, 0.1]);
    const g = gates({ judgeOn: ['validation'] });
    expect(failed({ golden, validation: compared([0.91, 0.1], [0.9, 0.1]) }, g)).toEqual([]);
    expect(failed({ golden, validation: compared([0.7, 0.1], [0.9, 0.1]) }, g)).toEqual([
      'validation.auc.minimum',
      'validation.auc.champion',
    ]);
  });

  it('hold latency and size against their budgets', () => {
    const slow = Array.from({ length: 100 }, (_, i) => (i < 98 ? 1 : 300));
    expect(failed(GOOD, gates(), { latencies: slow, artifactBytes: 60e6 })).toEqual([
      'latency.p99',
      'artifact.size',
    ]);
    const once = Array.from({ length: 100 }, (_, i) => (i < 99 ? 1 : 300));
    expect(failed(GOOD, gates(), { latencies: once })).toEqual([]);
    expect(failed(GOOD, gates(), { latencies: [] })).toEqual(['latency.p99']);
  });

  it('run all of them, and each tells metric, value, interval, threshold, verdict and why', () => {
    const bad: SetAssessment = {
      ...compared([0.5, 0.9], [0.9, 0.1]),
      candidate: assessment(about(0.5), 0.9, 10),
    };
    const results = run(both(bad), gates(), { latencies: [900], artifactBytes: 1e9 });
    expect(results.map((g) => g.gate)).toEqual([
      'golden.rows.minimum',
      'validation.rows.minimum',
      'golden.auc.minimum',
      'golden.auc.champion',
      'golden.logLoss.champion',
      'validation.auc.champion',
      'validation.logLoss.champion',
      'latency.p99',
      'artifact.size',
    ]);
    expect(results.every((g) => !g.passed)).toBe(true);
    expect(results[2]).toEqual({
      gate: 'golden.auc.minimum',
      metric: 'auc',
      passed: false,
      value: 0.5,
      interval: { low: 0.495, high: 0.505 },
      threshold: 0.8,
      detail: 'golden AUC is 0.5 (0.495 to 0.505), but its interval must be at least 0.8',
    });
    expect(results[4]!.detail).toBe(
      "golden log loss is 0.9 against the champion's 0.1: a difference of 0.8, with 95 % confidence 0.795 to 0.805, but the interval must be at most 0.02",
    );
  });

  it('fail, with the reason, when there is one class only', () => {
    const gate = run(both(alone(assessment(NONE, 0.1)))).find((g) => g.gate === 'golden.auc.minimum')!;
    expect(gate).toMatchObject({ passed: false, value: null, interval: null });
    expect(gate.detail).toContain('is not defined (all 1000 rows are of class 0)');
  });

  it('do not let a candidate pass a comparison that is defined for the champion only', () => {
    const set: SetAssessment = {
      candidate: assessment(NONE, 0.1),
      champion: assessment(about(0.9), 0.1),
      difference: { auc: NONE, logLoss: about(0) },
    };
    expect(failed(both(set))).toContain('validation.auc.champion');
  });

  it('compare nothing where the champion has nothing, and fail what has no interval', () => {
    const nothing: SetAssessment = {
      candidate: assessment(about(0.9), 0.1),
      champion: assessment(NONE, 0.1),
      difference: { auc: NONE, logLoss: about(0) },
    };
    expect(failed(both(nothing))).toEqual([]);
    const unsure: SetAssessment = {
      ...compared([0.9, 0.1], [0.9, 0.1]),
      difference: { auc: { value: 0, low: null, high: null, reason: null }, logLoss: about(0) },
    };
    expect(failed(both(unsure))).toEqual(['golden.auc.champion', 'validation.auc.champion']);
  });
});

describe('flat metrics', () => {
  it('that are null have a reason each', () => {
    const sets = both(alone(assessment(NONE, 0.1)));
    const metrics = flatMetrics(sets);
    const nulls = Object.keys(metrics).filter((name) => metrics[name] === null);
    expect(nulls).toContain('validation.aucHigh');
    expect(Object.keys(flatUnknown(sets))).toEqual(nulls);
    expect(flatUnknown(sets)['golden.auc']).toBe('all 1000 rows are of class 0');
    const few = { ...NONE, value: 0.9, reason: null };
    expect(flatUnknown(both(alone(assessment(few, 0.1))))['golden.aucLow']).toBe(
      'there are too few rows for an interval',
    );
  });

  it('name set and metric, and the champion where there is one', () => {
    expect(flatMetrics(GOOD)).not.toHaveProperty(['champion.golden.auc']);
    expect(flatMetrics(both(compared([0.85, 0.1], [0.8, 0.2])))).toMatchObject({
      'golden.auc': 0.85,
      'golden.aucLow': 0.845,
      'validation.logLoss': 0.1,
      'champion.golden.auc': 0.8,
      'golden.rows': 1000,
    });
  });
});
