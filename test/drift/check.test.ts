import { expect, it } from 'vitest';
import { check, NOW, predictions, put, run, shifted, world } from './world.ts';

it('traffic like the baseline is no drift', async () => {
  const w = world();
  put(w, predictions(400));
  expect(await check(w)).toMatchObject({
    drifted: false,
    undecided: null,
    streak: 0,
    retrainRequested: false,
  });
  expect(w.events.map((e) => e.type)).toEqual(['drift.checked']);
  expect(w.events[0]).toMatchObject({ rows: 400, drifted: [] });
  expect(w.metrics[0]).toMatchObject({ DriftedFeatures: 0, NullRate: 0 });
});

it('a shifted category is drift, with a report that says so', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  const item = await check(w);
  expect(item).toMatchObject({ drifted: true, streak: 1 });
  expect(w.events[1]).toMatchObject({
    type: 'drift.detected',
    drifted: ['c'],
    report: `drift/demo/${NOW}.json`,
  });
  expect(w.bucket.json(item.report)).toMatchObject({
    version: 3,
    verdict: { features: { c: { unseen: 0.1, reasons: [expect.stringContaining('PSI')] } } },
  });
});

it.each([
  [
    'a column that turns null',
    () => ({ features: { n: null, c: 'a' } }),
    'n',
    /null rate rose from 0.000 to 1.000/,
  ],
  ['values out of range', () => ({ features: { n: 7, c: 'a' } }), 'n', /out of the baseline's range/],
])('%s is drift', async (_what, over, name, reason) => {
  const w = world();
  put(w, predictions(400, over));
  const item = await check(w);
  const report = w.bucket.json(item.report) as {
    verdict: { features: Record<string, { reasons: string[] }> };
  };
  expect(report.verdict.features[name]!.reasons.join()).toMatch(reason);
});

it('a score that moved is drift by itself', async () => {
  const w = world();
  put(
    w,
    predictions(400, (i) => ({ score: 0.9 + (i % 10) / 100 })),
  );
  await check(w);
  expect(w.events[0]).toMatchObject({ drifted: ['score'] });
});

it('sustained drift asks for a retrain, and within the cooldown says why it does not', async () => {
  const w = world();
  const days = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'];
  const asked: string[] = [];
  for (const day of days) {
    const at = `${day}T08:00:00.000Z`;
    put(
      w,
      predictions(400, (i) => ({
        ...shifted(i),
        predictionId: `${day}-${i}`,
        at: new Date(Date.parse(at) - 3_600_000 - i * 1000).toISOString(),
      })),
      `predictions/demo/dt=${day}/a`,
    );
    w.events.length = 0;
    await check(w, at);
    asked.push(w.events.at(-1)!.type);
    if (day === '2026-11-17') w.registry.runItems.unshift(run(`${day}T09:00:00.000Z`));
  }
  expect(asked).toEqual([
    'drift.detected',
    'retrain.requested',
    'drift.retrain-suppressed',
    'retrain.requested',
  ]);
});
