import { describe, expect, it } from 'vitest';
import { type Assessment, flatMetrics } from '../../lambdas/evaluation/assess.ts';
import { runGates } from '../../lambdas/evaluation/gates.ts';

const GATES = {
  minRows: 100,
  minAuc: 0.8,
  judgeOn: ['golden' as const, 'validation' as const],
  aucTolerance: 0.01,
  logLossTolerance: 0.02,
};

const assessment = (auc: number | null, logLoss: number, rows = 1000): Assessment => ({
  rows,
  positives: 50,
  auc: { value: auc, low: null, high: null, reason: auc === null ? 'all 1000 rows are of class 0' : null },
  logLoss,
  brier: 0.1,
});
const both = (a: Assessment) => ({ golden: a, validation: a });
const failed = (...args: Parameters<typeof runGates>) =>
  runGates(...args)
    .filter((g) => !g.passed)
    .map((g) => g.gate);

describe('the gates', () => {
  it('let a good first candidate pass without a champion', () => {
    expect(failed(GATES, both(assessment(0.85, 0.1)), null)).toEqual([]);
  });

  it('let a candidate pass that is worse than the champion by exactly the tolerance', () => {
    expect(failed(GATES, both(assessment(0.89, 0.12)), both(assessment(0.9, 0.1)))).toEqual([]);
  });

  it('stop a candidate whose AUC is worse by more, on either set', () => {
    const champion = both(assessment(0.9, 0.1));
    const candidate = { golden: assessment(0.9, 0.1), validation: assessment(0.889, 0.1) };
    expect(failed(GATES, candidate, champion)).toEqual(['validation.auc.champion']);
  });

  it('judge on the validation split alone where the definition says so', () => {
    const champion = both(assessment(0.9, 0.1));
    const candidate = { golden: assessment(0.6, 0.5), validation: assessment(0.91, 0.1) };
    const gates = { ...GATES, judgeOn: ['validation' as const] };
    expect(failed(gates, candidate, champion)).toEqual([]);
    expect(failed(gates, { ...candidate, validation: assessment(0.7, 0.1) }, champion)).toEqual([
      'validation.auc.minimum',
      'validation.auc.champion',
    ]);
  });

  it('stop a candidate whose log loss is worse by more', () => {
    const champion = both(assessment(0.9, 0.1));
    const candidate = { golden: assessment(0.9, 0.13), validation: assessment(0.9, 0.1) };
    expect(failed(GATES, candidate, champion)).toEqual(['golden.logLoss.champion']);
  });

  it('run all of them, and each failure tells metric, value and threshold', () => {
    const results = runGates(GATES, both(assessment(0.5, 0.9, 10)), both(assessment(0.9, 0.1)));
    expect(results.map((g) => g.gate)).toEqual([
      'golden.rows.minimum',
      'validation.rows.minimum',
      'golden.auc.minimum',
      'golden.auc.champion',
      'golden.logLoss.champion',
      'validation.auc.champion',
      'validation.logLoss.champion',
    ]);
    expect(results.every((g) => !g.passed)).toBe(true);
    expect(results[2]!.detail).toBe('golden AUC is 0.5, but must be at least 0.8');
    expect(results[4]!.detail).toBe(
      'golden log loss is 0.9, but must be at most 0.12 (champion 0.1, tolerance 0.02)',
    );
  });

  it('fail, with the reason, when there is one class only', () => {
    const results = runGates(GATES, both(assessment(null, 0.1)), null);
    const gate = results.find((g) => g.gate === 'golden.auc.minimum')!;
    expect(gate).toMatchObject({ passed: false, value: null });
    expect(gate.detail).toContain('is not defined (all 1000 rows are of class 0)');
  });

  it('do not let a candidate pass a comparison that is defined for the champion only', () => {
    const gates = failed(GATES, both(assessment(null, 0.1)), both(assessment(0.9, 0.1)));
    expect(gates).toContain('validation.auc.champion');
  });
});

describe('flat metrics', () => {
  it('name set and metric, and the champion where there is one', () => {
    const a = both(assessment(0.85, 0.1));
    expect(flatMetrics(a, null)).not.toHaveProperty(['champion.golden.auc']);
    expect(flatMetrics(a, a)).toMatchObject({
      'golden.auc': 0.85,
      'validation.logLoss': 0.1,
      'champion.golden.auc': 0.85,
      'golden.rows': 1000,
    });
  });
});
