import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { hoursSinceRetrain } from '../../lambdas/drift/service.ts';
import { check, LOG, NOW, outcome, predictions, put, run, shifted, world } from './world.ts';

it('only predictions of the champion in the window count, each once, whatever else the log holds', async () => {
  const w = world();
  const old = new Date(Date.parse(NOW) - 25 * 3_600_000).toISOString();
  const lines = predictions(120);
  const rest = [
    ...lines.slice(0, 20),
    ...predictions(300, (i) => ({ ...shifted(i), predictionId: `v4-${i}`, version: 4 })),
    ...predictions(300, (i) => ({ ...shifted(i), predictionId: `old-${i}`, at: old })),
    'not json',
    '{"event":"prediction"}',
  ];
  put(w, lines);
  w.bucket.put('predictions/demo/dt=2026-11-17/b.gz', gzipSync(rest.join('\n')));
  const item = await check(w);
  expect(item).toMatchObject({ drifted: false, undecided: null });
  expect(w.bucket.json(item.report)).toMatchObject({
    rows: 120,
    log: { duplicates: 20, otherVersions: 300, garbage: 2, unreadable: [] },
  });
});

it('too few rows decide nothing and keep the streak', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  await check(w, '2026-11-18T07:30:00.000Z');
  put(w, predictions(99, shifted));
  const item = await check(w);
  expect(item).toMatchObject({
    drifted: false,
    streak: 1,
    undecided: expect.stringContaining('99 predictions'),
  });
  expect(w.events.at(-1)).toMatchObject({ type: 'drift.checked', psi: {}, undecided: item.undecided });
});

it('a model without champion is undecided, not an error', async () => {
  const w = world();
  w.registry.version = null;
  expect(await check(w)).toMatchObject({ undecided: 'no champion yet', streak: 0 });
});

it('live AUC joins outcomes to predictions of the last days; a corrected outcome replaces the first', async () => {
  const w = world();
  const outcomes = [
    outcome(199, 0, '2026-11-18T05:00:00.000Z'),
    outcome(199, 1),
    outcome(0, 0),
    outcome(1, 0),
  ];
  put(w, [...outcomes, ...predictions(200)]);
  await check(w);
  expect(w.events[0]).toMatchObject({ liveAuc: 1 });
  expect(w.metrics[0]).toMatchObject({ LiveAuc: 1 });
});

it('an unreadable log object is told and does not stop the check; nothing readable is undecided', async () => {
  const w = world();
  put(w, predictions(200));
  w.bucket.put(`${LOG}2.gz`, Buffer.from([0x1f, 0x8b, 1, 2, 3]));
  put(w, predictions(10), `${LOG}3`);
  w.bucket.denied.add(`${LOG}3`);
  const item = await check(w);
  expect(item.undecided).toBeNull();
  expect(w.bucket.json(item.report)).toMatchObject({
    log: {
      unreadable: [{ key: `${LOG}2.gz` }, { key: `${LOG}3`, error: expect.stringContaining('AccessDenied') }],
    },
  });
  w.bucket.denied.add(LOG);
  expect((await check(w, '2026-11-18T08:05:00.000Z')).undecided).toBe(
    'none of the 3 log objects is readable',
  );
});

it('the same check twice, one after the other or at once, is announced once', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  const [a, b] = await Promise.all([check(w), check(w)]);
  expect(await check(w)).toEqual(a);
  expect(b).toEqual(a);
  expect(w.events.filter((e) => e.type === 'drift.detected')).toHaveLength(1);
  expect(w.metrics).toHaveLength(1);
});

it('a check that could not be announced is made again by the retry', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  const dead = { publish: async () => Promise.reject(new Error('bus down')) };
  await expect(check(w, NOW, dead)).rejects.toThrow(/bus down \(and drift.failed could not be announced\)/);
  await check(w);
  expect(w.events.map((e) => e.type)).toEqual(['drift.checked', 'drift.detected']);
  expect(w.registry.items).toHaveLength(1);
});

it('a baseline that is not what was sealed fails the check, loudly', async () => {
  const w = world();
  w.bucket.objects.get('models/demo/000003/baseline.json')![0] = { body: Buffer.from('{}'), versionId: 'v1' };
  await expect(check(w)).rejects.toMatchObject({ name: 'ArtifactInvalid' });
  expect(w.events.at(-1)).toMatchObject({
    type: 'drift.failed',
    error: 'ArtifactInvalid',
    execution: 'request-1',
  });
});

it('hours since the last retrain count from the newest run that registered a version', () => {
  const now = Date.parse(NOW);
  expect(hoursSinceRetrain([], now)).toBeNull();
  expect(hoursSinceRetrain([run('2026-11-18T07:00:00.000Z', { outcome: 'failed' })], now)).toBe(1);
  expect(
    hoursSinceRetrain(
      [
        run('2026-11-18T07:00:00.000Z', { outcome: 'rejected' }),
        run('2026-11-18T01:00:00.000Z', { outcome: 'registered', endedAt: '2026-11-18T02:00:00.000Z' }),
      ],
      now,
    ),
  ).toBe(6);
});
