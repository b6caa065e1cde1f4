import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINARY_NAMES, prepareBinary, whyUndefined } from '../../../lambdas/evaluation/metrics/binary.ts';
import { rocAuc } from '../../../lambdas/shared/statistics/auc.ts';

const Y = Uint8Array.of(0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1);
const S = Float64Array.of(0.1, 0.4, 0.35, 0.8, 0.2, 0.9, 0.4, 0.7, 0.55, 0.3, 0.6, 0.4);

describe('the metrics of a binary model', () => {
  it('are those of scikit-learn 1.9 on the same twelve rows', () => {
    const m = prepareBinary(Y, S, 0.5)();
    expect(m.auc).toBeCloseTo(0.8333333333333333, 12);
    expect(m.prAuc).toBeCloseTo(0.848611111111111, 12); // average_precision_score
    expect(m.logLoss).toBeCloseTo(0.48935415486301054, 12);
    expect(m.brier).toBeCloseTo(0.16208333333333333, 12);
    expect(m.accuracy).toBeCloseTo(0.75, 12);
    expect(m.precision).toBeCloseTo(0.8, 12);
    expect(m.recall).toBeCloseTo(2 / 3, 12);
    expect(m.f1).toBeCloseTo(0.7272727272727273, 12);
    expect(m.positiveRate).toBeCloseTo(5 / 12, 12);
  });

  it('are those of scikit-learn’s own documentation', () => {
    // average_precision_score and roc_auc_score: 0.83 and 0.75 of y = 0 0 1 1, s = 0.1 0.4 0.35 0.8
    const m = prepareBinary(Uint8Array.of(0, 0, 1, 1), Float64Array.of(0.1, 0.4, 0.35, 0.8), 0.5)();
    expect(m.prAuc).toBeCloseTo(0.8333333333, 9);
    expect(m.auc).toBeCloseTo(0.75, 12);
    // log_loss: 0.21616
    const l = prepareBinary(Uint8Array.of(1, 0, 0, 1), Float64Array.of(0.9, 0.1, 0.2, 0.65), 0.5)();
    expect(l.logLoss).toBeCloseTo(0.21616, 5);
  });

  it('have a calibration error of the gaps, weighted by the rows of each bin', () => {
    // Bin [0.2, 0.3): mean score 0.25, mean label 0.5; bin [0.9, 1]: mean score 0.95, mean label 1.
    const m = prepareBinary(Uint8Array.of(0, 1, 1, 1), Float64Array.of(0.2, 0.29999, 0.9, 1), 0.5)();
    expect(m.calibrationError).toBeCloseTo((2 * 0.250005 + 2 * 0.05) / 4, 6);
  });

  it('count a row at the threshold as predicted positive', () => {
    expect(prepareBinary(Uint8Array.of(1, 0), Float64Array.of(0.5, 0.49), 0.5)().accuracy).toBe(1);
  });

  const rows = fc.array(
    fc.record({ y: fc.integer({ min: 0, max: 1 }), s: fc.integer({ min: 0, max: 16 }) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );
  const arrays = (r: readonly { y: number; s: number }[]) =>
    [Uint8Array.from(r, (x) => x.y), Float64Array.from(r, (x) => x.s / 16)] as const;

  it('agree with the rank formula on the AUC', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const [y, s] = arrays(r);
        const { value } = rocAuc(y, s);
        const { auc } = prepareBinary(y, s, 0.5)();
        if (value === null) expect(auc).toBeNull();
        else expect(auc).toBeCloseTo(value, 12);
      }),
    );
  });

  it('of a weighted sample are those of the sample with its rows repeated', () => {
    const weighted = fc.array(
      fc.record({
        y: fc.integer({ min: 0, max: 1 }),
        s: fc.integer({ min: 0, max: 8 }),
        w: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(weighted, (r) => {
        const repeated = r.flatMap((x) => Array.from({ length: x.w }, () => x));
        const one = (x: readonly { y: number; s: number }[]) =>
          prepareBinary(
            Uint8Array.from(x, (v) => v.y),
            Float64Array.from(x, (v) => v.s / 8),
            0.5,
          );
        const [a, b] = [one(r)(Uint16Array.from(r, (x) => x.w)), one(repeated)()];
        for (const name of BINARY_NAMES) {
          if (b[name] === null) expect(a[name], name).toBeNull();
          else expect(a[name], name).toBeCloseTo(b[name], 10);
        }
      }),
    );
  });

  it('lie between 0 and 1 where they are shares', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const m = prepareBinary(...arrays(r), 0.5)();
        for (const name of BINARY_NAMES.filter((n) => n !== 'logLoss')) {
          expect(m[name] ?? 0, name).toBeGreaterThanOrEqual(0);
          expect(m[name] ?? 0, name).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are null with a reason where they cannot be computed', () => {
    const none = prepareBinary(new Uint8Array(), new Float64Array(), 0.5)();
    expect(Object.values(none).every((v) => v === null)).toBe(true);
    const negative = prepareBinary(Uint8Array.of(0, 0), Float64Array.of(0.1, 0.2), 0.5)();
    expect(negative).toMatchObject({ auc: null, prAuc: null, precision: null, recall: null, f1: null });
    expect(negative.accuracy).toBe(1);
    expect(whyUndefined('auc', 2, 0)).toBe('all 2 rows are of class 0');
    expect(whyUndefined('precision', 2, 0)).toBe('no row is predicted positive');
    expect(whyUndefined('recall', 2, 0)).toBe('there is no positive row');
    expect(whyUndefined('logLoss', 0, 0)).toBe('there are no rows');
  });
});
