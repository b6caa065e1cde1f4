import { expect, it } from 'vitest';
import { type RunItem, registryKeys } from '../../contracts/registry.ts';
import { type, world } from './world.ts';

const at = '2026-11-18T06:00:00.000Z';
const run: RunItem = {
  model: 'fraud',
  run: 'run-1',
  startedAt: at,
  reason: 'weekly',
  by: 'schedule',
  execution: 'arn:run-1',
  commit: 'commit',
  hyperparameters: { eta: '0.05', seed: '7' },
  outcome: 'registered',
  endedAt: at,
  datasetVersion: 'ds-1',
  version: 1,
  metrics: null,
  error: null,
  attempts: [
    {
      job: 'a',
      instanceType: 'ml.g5.xlarge',
      billableSeconds: 0,
      reason: 'CapacityError: none',
      short: true,
    },
    { job: 'b', instanceType: 'ml.g6.xlarge', billableSeconds: 90, reason: null, short: false },
  ],
  trials: [
    {
      job: 'b-001',
      status: 'Completed',
      hyperparameters: { eta: '0.05' },
      objective: 0.912,
      seconds: 60,
      billableSeconds: 20,
      reason: null,
    },
    {
      job: 'b-002',
      status: 'Failed',
      hyperparameters: { eta: '0.3' },
      objective: null,
      seconds: 5,
      billableSeconds: 5,
      reason: 'AlgorithmError: no',
    },
  ],
};

it('a version tells every trial of its search, and the jobs that found no instances', async () => {
  const { platform, addVersion, table } = world();
  addVersion(1, { run: 'run-1' });
  table.items.set(registryKeys.run(at, 'run-1'), run);
  const { out } = await type(platform, 'show fraud 1');
  const lines = out.split('\n').map((line) => line.trim().split(/\s{2,}/));
  expect(lines).toContainEqual(['b-001', 'Completed', '0.912', '60', '20', 'eta=0.05', '-']);
  expect(lines).toContainEqual(['b-002', 'Failed', '-', '5', '5', 'eta=0.3', 'AlgorithmError: no']);
  expect(lines).toContainEqual(['a', 'ml.g5.xlarge', '0', 'CapacityError: none']);
});

it('a version of one job has neither', async () => {
  const { platform, addVersion, table } = world();
  addVersion(1, { run: 'run-1' });
  const { trials: _, attempts, ...single } = run;
  table.items.set(registryKeys.run(at, 'run-1'), { ...single, attempts: attempts!.slice(1) });
  const { out } = await type(platform, 'show fraud 1');
  expect(out).not.toMatch(/TRIAL|INSTANCE/);
});
