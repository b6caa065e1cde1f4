import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryInput, ReleaseInput, RollbackInput } from '../../../contracts/steps.ts';
import type { Fault } from '../../../local/cloud/faults.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { type FaultStage, madeBy, openStage, strikeCalls } from './stage.ts';

/** A call is refused before it does anything; or it is done, again and again, and the answer never arrives. */
const DEATHS: readonly Fault['kind'][] = ['deny', 'lose-answer'];
/** The SDK makes a call three times before it gives up. */
const SDK_ATTEMPTS = 3;

let stage: FaultStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

/**
 * Asks for one action until it is done, and lets it die at each of its API calls on the way: the n-th attempt at the
 * n-th call.
 */
async function dieEverywhere(
  fn: 'Registry' | 'Release' | 'Rollback',
  input: RegistryInput | ReleaseInput | RollbackInput,
): Promise<Shape> {
  const name = stage.functionName(`/${fn}/Function`);
  const which = madeBy(`-${fn}Role`);
  for (const kind of DEATHS) {
    for (let n = 1; ; n++) {
      expect(n, `${input.action} makes ever more calls`).toBeLessThan(60);
      const last = kind === 'deny' ? n : n + SDK_ATTEMPTS - 1;
      const { calls, heal } = strikeCalls(stage, kind, which, (call) => call >= n && call <= last);
      const { failed, payload } = await stage.invoke(name, input);
      heal();
      if (calls() < n) {
        expect(failed, JSON.stringify(payload)).toBe(false);
        expect(n, `${input.action} makes no call that could be struck`).toBeGreaterThan(1);
        break;
      }
    }
  }
  return (await stage.invoke(name, input)).payload;
}

/** A run that got as far as its registration, which never happened: what the function would have been asked. */
async function stoppedAtRegister(): Promise<RegistryInput & { action: 'register' }> {
  const { r } = stage;
  let asked: (RegistryInput & { action: 'register' }) | undefined;
  const heal = r.running.faults.inject({
    kind: 'deny',
    service: 'lambda',
    operation: 'Invoke',
    match: ({ input }) => {
      const payload = JSON.parse(Buffer.from(input.Payload).toString());
      if (payload.action === 'register') asked = payload;
      return payload.action === 'register';
    },
  });
  await stage.run('Retrain', { reason: 'a test', by: 'test' });
  heal();
  return asked!;
}

describe('a function that dies at any of its calls can be asked again', () => {
  it('start-run, finish-run and override-hyperparameters', async () => {
    const run = { run: 'by-hand', startedAt: '2026-11-01T00:00:00.000Z', execution: 'arn:by-hand' };
    const hyperparameters = { num_round: 20, eta: 0.3, max_depth: 4 };
    const why = { reason: 'a test', by: 'test' };
    await dieEverywhere('Registry', { action: 'override-hyperparameters', hyperparameters, ...why });
    const started = await dieEverywhere('Registry', { action: 'start-run', ...run, ...why });
    expect(started.hyperparameters).toMatchObject({ num_round: '20', seed: '1' });
    const failure = { error: 'Tested', cause: 'a test', step: 'Train' };
    await dieEverywhere('Registry', { action: 'finish-run', outcome: 'failed', ...run, ...failure });
    const ended = (await stage.runs()).filter((r) => r.run === 'by-hand');
    expect(ended).toMatchObject([{ outcome: 'failed', version: null, error: 'Tested at Train: a test' }]);
  });

  it('plan-training, record-training: the run is charged once, with what its jobs were billed', async () => {
    const run = { run: 'paid-by-hand', startedAt: '2026-11-01T00:00:00.000Z' };
    const why = { execution: 'arn:paid-by-hand', reason: 'a test', by: 'test' };
    await stage.invoke(stage.functionName('/Registry/Function'), { action: 'start-run', ...run, ...why });
    const job = { job: 'job-0', instanceType: 'ml.g5.xlarge' };
    const short = { ...job, billableSeconds: 0, reason: 'CapacityError: none', short: true };
    const plan = await dieEverywhere('Registry', { action: 'plan-training', ...run, attempts: [short] });
    expect(plan).toMatchObject({ instanceType: 'ml.g5.xlarge', waitSeconds: 300 });
    expect((await stage.budget('2026-11')).runs[run.run]).toMatchObject({
      state: 'reserved',
      usd: 4 * 1.408,
    });
    const attempts = [short, { ...job, job: 'job-1', billableSeconds: 900, reason: null, short: false }];
    const done = { ...run, attempts, trials: [], best: null };
    await dieEverywhere('Registry', { action: 'record-training', ...done });
    expect((await stage.budget('2026-11')).runs[run.run]).toMatchObject({ state: 'settled', usd: 0.352 });
    expect((await stage.runs()).find((r) => r.run === run.run)).toMatchObject({ attempts });
  });

  it('register: the run has one version, whose files are all sealed', async () => {
    const input = await stoppedAtRegister();
    const { version } = await dieEverywhere('Registry', input);
    expect(version).toBe(2);
    const versions = await stage.versions();
    expect(versions.map((v) => v.version)).toEqual([1, 2]);
    expect(versions[1]).toMatchObject({ run: input.run, status: 'registered' });
    for (const pin of Object.values(versions[1]!.artifact)) {
      const head = await stage.r.call('s3', 'HeadObject', {
        Bucket: stage.r.outputs.ArtifactBucketName,
        Key: pin.key,
      });
      expect(head.VersionId, pin.key).toBe(pin.versionId);
    }
    const run = (await stage.runs()).find((r) => r.run === input.run);
    expect(run).toMatchObject({ outcome: 'registered', version: 2 });
  });

  const release = 'by-hand';
  const execution = () =>
    `${stage.r.outputs.ReleaseMachineArn.replace(':stateMachine:', ':execution:')}:${release}`;

  it('every action of a release, from begin to promote', async () => {
    const begin = { action: 'begin', release, execution: execution(), version: 2 } as const;
    await dieEverywhere('Release', { ...begin, by: 'test', reason: 'a test' });
    const prepared = await dieEverywhere('Release', { action: 'prepare', release });
    await dieEverywhere('Release', { action: 'smoke', release });
    await dieEverywhere('Release', { action: 'enter', release, state: 'awaiting-approval' });
    await dieEverywhere('Release', { action: 'approve', release, by: 'test' });
    await dieEverywhere('Release', { action: 'enter', release, state: 'shadow' });
    await dieEverywhere('Release', { action: 'shadow', release });
    await dieEverywhere('Release', { action: 'shift', release, weight: 10 });
    const judged = await dieEverywhere('Release', { action: 'judge', release });
    expect(judged.verdict).toBe('hold');
    await dieEverywhere('Release', { action: 'shift', release, weight: 100 });
    const promoted = await dieEverywhere('Release', { action: 'promote', release });
    expect(promoted).toEqual({ version: 2 });
    const { Versions } = await stage.r.call('lambda', 'ListVersionsByFunction', {
      FunctionName: stage.r.outputs.InferenceFunctionName,
    });
    const published = (Versions as Shape[]).filter((v) => v.Description === release).map((v) => v.Version);
    expect(published).toEqual([prepared.lambdaVersion]);
    await stage.consistent(2);
  });

  it('every action of a rollback: it brings the previous champion back, once', async () => {
    const rollback = 'by-hand';
    const arn = `${stage.r.outputs.RollbackMachineArn.replace(':stateMachine:', ':execution:')}:${rollback}`;
    const begin = { action: 'begin', rollback, execution: arn, slot: null } as const;
    await dieEverywhere('Rollback', { ...begin, by: 'test', reason: 'a test' });
    await dieEverywhere('Rollback', { action: 'restore', rollback });
    const finished = await dieEverywhere('Rollback', { action: 'finish', rollback, reason: 'a test' });
    expect(finished.version).toBe(2);
    await stage.consistent(1);
  });

  it('abandon: the champion is left alone', async () => {
    const again = 'again';
    const ask = (input: ReleaseInput) => stage.invoke(stage.functionName('/Release/Function'), input);
    const arn = execution().replace(release, again);
    const begin = { action: 'begin', release: again, execution: arn, version: 1 } as const;
    await ask({ ...begin, by: 'test', reason: 'the champion in a new Lambda version' });
    await ask({ action: 'prepare', release: again });
    await ask({ action: 'shift', release: again, weight: 10 });
    expect((await stage.r.pointers()).release).toMatchObject({ weight: 10 });
    const failure = { error: 'Tested', cause: 'a test', step: 'Judge', execution: arn };
    await dieEverywhere('Release', { action: 'abandon', release: again, ...failure });
    await stage.consistent(1);
  });
});
