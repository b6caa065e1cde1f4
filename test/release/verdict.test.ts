import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareScores } from '../../lambdas/release/compare.ts';
import { scoreEdges, scorePsi } from '../../lambdas/release/score-psi.ts';
import { periodOf, toSample } from '../../lambdas/release/slot-metrics.ts';
import { type Evidence, judgeStep, worstP99 } from '../../lambdas/release/verdict.ts';
import { definition } from '../registry/fixtures.ts';

const good: Evidence = {
  predictions: 500,
  errors: 0,
  crashes: 0,
  latency: [{ p99: 40, samples: 500 }],
  scorePsi: 0.05,
};
const judge = (more: Partial<Evidence>) => judgeStep({ ...good, ...more }, definition);
const rates = fc.nat(2000);
const evidence = fc.record({
  predictions: rates,
  errors: fc.nat(100),
  crashes: fc.nat(100),
  latency: fc.array(fc.record({ p99: fc.double({ min: 1, max: 2000, noNaN: true }), samples: fc.nat(500) }), {
    maxLength: 3,
  }),
  scorePsi: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
});

describe('the judge', () => {
  it('proceeds on a healthy candidate', () => {
    expect(judge({})).toEqual({ verdict: 'proceed', reasons: ['0 % failed, p99 40 ms'], samples: 500 });
  });

  it.each([
    ['errors', { errors: 11 }, '11 of 500 failed: above the error rate of 2 %'],
    ['crashes that emitted nothing', { crashes: 20 }, '20 of 520 failed: above the error rate of 2 %'],
    ['latency', { latency: [{ p99: 501, samples: 500 }] }, 'p99 latency 501 ms: above 500 ms'],
    ['other scores', { scorePsi: 0.51 }, "PSI 0.51 of the scores to the champion's: above 0.5"],
  ])('rolls back on %s', (_, more, reason) => {
    expect(judge(more)).toMatchObject({ verdict: 'roll-back', reasons: [reason] });
  });

  it('names every reason', () => {
    expect(judge({ errors: 50, scorePsi: 2 }).reasons).toHaveLength(2);
  });

  it('holds when nothing was asked', () => {
    expect(judge({ predictions: 0, latency: [], scorePsi: null })).toEqual({
      verdict: 'hold',
      reasons: ['0 of the 100 predictions that are needed'],
      samples: 0,
    });
  });

  it('holds when predictions were counted but no latency arrived', () => {
    expect(judge({ latency: [] })).toMatchObject({ verdict: 'hold', reasons: ['no latency was measured'] });
  });

  it('does not wait for more samples when failures alone have used up what the samples needed may fail', () => {
    expect(judge({ predictions: 3, errors: 3 })).toMatchObject({ verdict: 'roll-back' });
    expect(judge({ predictions: 3, errors: 2 })).toMatchObject({ verdict: 'hold' });
  });

  it('never proceeds on fewer samples than needed, nor above a threshold', () => {
    fc.assert(
      fc.property(evidence, (e) => {
        const { verdict, samples } = judgeStep(e, definition);
        if (verdict !== 'proceed') return;
        expect(samples).toBeGreaterThanOrEqual(definition.release.minSamples);
        expect((e.errors + e.crashes) / samples).toBeLessThanOrEqual(definition.alarms.errorRate);
        expect(e.scorePsi ?? 0).toBeLessThanOrEqual(definition.release.maxScorePsi);
        expect(e.latency.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never likes a candidate better for failing more', () => {
    const order = { 'roll-back': 0, hold: 1, proceed: 2 };
    fc.assert(
      fc.property(evidence, fc.nat(50), (e, more) => {
        const asked = { ...e, predictions: Math.max(e.predictions, e.errors + more) };
        const worse = judgeStep({ ...asked, errors: e.errors + more }, definition);
        expect(order[worse.verdict]).toBeLessThanOrEqual(order[judgeStep(asked, definition).verdict]);
      }),
    );
  });
});

describe('the worst p99', () => {
  it('ignores a period with a handful of requests', () => {
    expect(
      worstP99(
        [
          { p99: 900, samples: 3 },
          { p99: 50, samples: 200 },
        ],
        100,
      ),
    ).toBe(50);
  });
  it('falls back to the fullest period', () => {
    expect(
      worstP99(
        [
          { p99: 900, samples: 3 },
          { p99: 50, samples: 20 },
        ],
        100,
      ),
    ).toBe(50);
  });
});

describe('the PSI of scores', () => {
  const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 100, maxLength: 300 });

  it('is zero between equal samples and never negative', () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        expect(scorePsi(a, a)).toBeCloseTo(0, 12);
        expect(scorePsi(a, b)!).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('equals the sum of (a - e) ln(a / e) worked out by hand', () => {
    // One edge at 0.5 and 120 rows, half a row added to each of the two bins.
    const reference = Array.from({ length: 120 }, () => 0.5);
    expect(scoreEdges(reference)).toEqual([0.5]);
    const e = [120.5 / 121, 0.5 / 121];
    const a = [60.5 / 121, 60.5 / 121];
    const expected = (a[0]! - e[0]!) * Math.log(a[0]! / e[0]!) + (a[1]! - e[1]!) * Math.log(a[1]! / e[1]!);
    expect(
      scorePsi(
        reference,
        reference.map((_, i) => (i % 2 === 0 ? 0.1 : 0.9)),
      ),
    ).toBeCloseTo(expected, 12);
  });

  it('sees no change in a shift by less than a point of probability', () => {
    const rare = Array.from({ length: 500 }, (_, i) => 0.001 + (i % 10) * 1e-5);
    expect(
      scorePsi(
        rare,
        rare.map((s) => s * 1.5),
      ),
    ).toBeLessThan(0.01);
  });

  it('is unknown with fewer than a hundred scores on either side', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i / 100);
    expect(scorePsi(hundred, hundred)).toBe(0);
    expect(scorePsi(hundred, hundred.slice(1))).toBeNull();
    expect(scorePsi([], [0.5])).toBeNull();
    expect(scorePsi([0.5], [])).toBeNull();
  });
});

describe('comparing scores', () => {
  const rows = [0.1, 0.2].map((score) => ({ features: {}, score }));
  it('tolerates the rounding of float32', () => {
    expect(compareScores(rows, [0.1 + 5e-7, 0.2], 1e-6).failure).toBeNull();
  });
  it('names the first row that differs, that is not a number or that is missing', () => {
    expect(compareScores(rows, [0.1, 0.3], 1e-6).failure).toContain('golden row 1 scores 0.3');
    expect(compareScores(rows, [Number.NaN, 0.2], 1e-6).failure).toContain('golden row 0 scores NaN');
    expect(compareScores(rows, [0.1], 1e-6).failure).toBe('2 rows asked, 1 scores answered');
  });
});

describe('metrics of a slot', () => {
  it('cover the span with one period in whole minutes', () => {
    const at = (seconds: number) => new Date(seconds * 1000);
    expect(periodOf(at(0), at(1))).toBe(60);
    expect(periodOf(at(0), at(1801))).toBe(1860);
    expect(periodOf(at(0), at(200_000))).toBe(86_400);
  });
  it('join p99 and sample counts by time and count a metric that was never emitted as zero', () => {
    const [t1, t2] = [new Date(1000), new Date(2000)];
    const sample = toSample([
      { Id: 'predictions', Timestamps: [t1, t2], Values: [10, 20] },
      { Id: 'p99', Timestamps: [t2, t1], Values: [70, 50] },
      { Id: 'latencies', Timestamps: [t1, t2], Values: [10, 20] },
    ]);
    expect(sample).toEqual({
      predictions: 30,
      errors: 0,
      crashes: 0,
      latency: [
        { p99: 70, samples: 20 },
        { p99: 50, samples: 10 },
      ],
    });
  });
});
