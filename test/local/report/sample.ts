import type { Point, ReportData } from '../../../local/report/data.ts';

const DAY = 86_400_000;
const start = Date.UTC(2026, 10, 2);
const at = (days: number): string => new Date(start + days * DAY).toISOString();
const wave = (from: number, to: number, base: number, swing: number): Point[] =>
  Array.from({ length: Math.floor((to - from) * 24) }, (_, i) => [
    start + from * DAY + i * 3_600_000,
    base + swing * Math.sin(i / 3),
  ]);

/** A report with something of everything. */
export const sample: ReportData = {
  scenario: 'week',
  model: 'fraud',
  seed: 1,
  ended: 'as expected',
  wallSeconds: 41.2,
  summary:
    'A week in the life of a model: drift, a failed and a corrected retrain, a canary, a bad release and its rollback.',
  from: start,
  to: start + 7 * DAY,
  notes: [{ at: at(0.1), text: 'A campaign sends more payments to <travel> & gaming' }],
  timeline: [
    {
      at: at(0.33),
      type: 'drift.detected',
      detail: { drifted: ['merchant_category'], maxPsi: 0.31, streak: 1, report: 'x' },
    },
    { at: at(2.25), type: 'retrain.started', detail: { run: 'r1', reason: 'weekly', by: 'schedule' } },
    {
      at: at(2.26),
      type: 'gate.failed',
      detail: { run: 'r1', reasons: ['golden AUC 0.612 is under the floor 0.8'], metrics: {} },
    },
    {
      at: at(4.5),
      type: 'release.weight-shifted',
      detail: { release: 'x', version: 2, slot: 'green', weight: 10 },
    },
    {
      at: at(4.6),
      type: 'release.promoted',
      detail: { release: 'x', version: 2, slot: 'green', previous: 1, rollbackUntil: at(5.6) },
    },
    {
      at: at(5.5),
      type: 'release.rolled-back',
      detail: { rollback: 'y', version: 3, step: 'canary-10', champion: 2, seconds: 8, reason: 'p99' },
    },
  ],
  figures: {
    predictions: 8123,
    'live AUC': 0.912,
    'largest PSI': 0.31,
    'rollback seconds': 8,
    champion: 'version 2',
    'AUC gained': null,
  },
  thresholds: { errorRate: 0.02, p99Ms: 500, psi: 0.2 },
  series: {
    weights: {
      '1': [
        [start, 100],
        [start + 4.5 * DAY, 90],
        [start + 4.55 * DAY, 50],
        [start + 4.6 * DAY, 0],
        [start + 7 * DAY, 0],
      ],
      '2': [
        [start, 0],
        [start + 4.5 * DAY, 10],
        [start + 4.55 * DAY, 50],
        [start + 4.6 * DAY, 100],
        [start + 7 * DAY, 100],
      ],
    },
    errorRate: { blue: wave(0, 4.6, 0.2, 0.1), green: wave(4.5, 7, 0.3, 0.2) },
    p99: { blue: wave(0, 4.6, 3, 1), green: wave(4.5, 7, 4, 1) },
    psi: Array.from({ length: 7 }, (_, d) => ({
      at: start + (d + 0.33) * DAY,
      values: {
        merchant_category: d < 5 ? 0.31 : 0.02,
        amount: 0.03,
        distance_km: 0.12,
        channel: 0.05,
        country: 0.01,
        hour: 0.02,
      },
    })),
    aucByVersion: [
      { version: 1, golden: 0.921, validation: 0.918 },
      { version: 2, golden: 0.925, validation: null },
    ],
    liveAuc: { 'with retraining': wave(1, 7, 0.91, 0.01), 'never retrained': wave(1, 7, 0.85, 0.01) },
  },
};
