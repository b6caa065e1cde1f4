import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../local/cloud/faults.ts';
import { retrain } from '../../../local/scenarios/acts.ts';
import { HOUR, MINUTE } from '../../../local/traffic/types.ts';
import { deny, type FaultStage, madeBy, openStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };
/** More than the three attempts of an SDK: the state machine must try again too. */
const TIMES = 5;
const THROTTLED = ['lambda', 'dynamodb', 's3', 'events'] as const;

/** Each service refuses its next calls; only those of our own functions and machines. */
function refuse(kind: Fault['kind'], services: readonly string[] = THROTTLED, times = TIMES): () => void {
  const ours = ['-RegistryRole', '-DatasetRole', '-EvaluationRole', '-ReleaseRole', '-RetrainRole'];
  const roles = [...ours, 'MachinesReleaseRole', '-RollbackRole', 'MachinesRollbackRole'].map(madeBy);
  const match: Fault['match'] = (target) => roles.some((by) => by(target));
  const heals = services.map((service) => stage.r.running.faults.inject({ kind, service, times, match }));
  const heal = () => heals.forEach((one) => void one());
  onTestFinished(heal);
  return heal;
}

describe('services that refuse for a while', () => {
  let version: number;

  it.each(THROTTLED)('a throttled %s does not stop a retrain', async (service) => {
    const mark = stage.mark;
    const before = (await stage.versions()).length;
    refuse('throttle', [service]);
    const ended = await stage.run('Retrain', why);
    expect(ended.status, ended.cause).toBe('SUCCEEDED');
    expect(stage.since(mark, 'retrain.failed')).toEqual([]);
    const versions = await stage.versions();
    expect(versions).toHaveLength(before + 1);
    version = versions.at(-1)!.version;
  });

  it('a bus that does not answer is told again, and the work is not done again', async () => {
    const mark = stage.mark;
    const before = (await stage.versions()).length;
    const heal = stage.r.running.faults.inject({
      kind: 'lose-store',
      service: 'events',
      times: TIMES,
      match: ({ input }) => input.Entries[0].DetailType === 'retrain.succeeded',
    });
    expect(await stage.run('Retrain', why)).toMatchObject({ status: 'SUCCEEDED' });
    heal();
    expect(stage.since(mark, 'retrain.succeeded')).toEqual(['retrain.succeeded']);
    expect(await stage.versions()).toHaveLength(before + 1);
  });

  it('a release goes on to its end although every service is throttled at every step', async () => {
    const { r } = stage;
    const mark = stage.mark;
    r.traffic.play(r.now + 4 * HOUR);
    let heal = refuse('throttle');
    const release = await stage.start('Release', { version, ...why });
    for (let i = 0; i < 7; i++) {
      await r.until(r.now + 20 * MINUTE);
      heal();
      heal = refuse('throttle');
    }
    const [ended] = await stage.ended(release);
    expect(ended?.status, ended?.cause).toBe('SUCCEEDED');
    expect(stage.since(mark, 'release.failed', 'rollback.started')).toEqual([]);
    await stage.consistent(version);
  });
});

describe('services that are gone', () => {
  let version: number;
  beforeAll(async () => {
    version = await retrain(stage.r, 'a candidate');
  });
  const champion = async () => (await stage.r.pointers()).champion!;

  it('a registry that is away for some seconds in canary is waited for', async () => {
    const mark = stage.mark;
    const release = await stage.start('Release', { version, ...why });
    await stage.reached(release, 'Bake');
    await stage.r.until(stage.r.now + 29 * MINUTE);
    const heal = refuse('lose-store', ['dynamodb'], Number.POSITIVE_INFINITY);
    stage.r.running.cloud.clock.after(MINUTE + 5000, 'the store is back', heal);
    await stage.r.until(stage.r.now + 5 * MINUTE);
    expect(stage.since(mark, 'release.failed')).toEqual([]);
    expect(stage.since(mark, 'release.judged')).toEqual(['release.judged']);
    await stage.run('Rollback', why);
    await stage.consistent(await champion());
  });

  it('a registry that stays away ends the release with an event, and the next release finds nothing half-shifted', async () => {
    const mark = stage.mark;
    version = await retrain(stage.r, 'a candidate');
    const release = await stage.start('Release', { version, ...why });
    await stage.reached(release, 'Bake');
    const heal = refuse('lose-store', ['dynamodb'], Number.POSITIVE_INFINITY);
    const [ended] = await stage.ended(release);
    heal();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ServiceUnavailable' });
    const failed = stage.r.journal.of('release.failed', mark).map((e) => e.detail);
    expect(failed).toMatchObject([{ version, step: 'Judge', execution: release }]);
    const next = await stage.start('Release', { version, ...why });
    await stage.reached(next, 'Bake');
    expect((await stage.r.pointers()).release).toMatchObject({ version, execution: next, weight: 10 });
    await stage.run('Rollback', why);
    await stage.consistent(await champion());
  });

  it('a retrain that may not write what it registers fails with the name of what it lacks', async () => {
    const mark = stage.mark;
    const heal = deny(stage, '-RegistryRole', 's3:PutObject');
    const ended = await stage.run('Retrain', why);
    heal();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect(ended.cause).toContain('s3:PutObject');
    expect(stage.r.journal.of('retrain.failed', mark).map((e) => e.detail)).toMatchObject([
      { step: 'Register', error: 'AccessDenied' },
    ]);
    await stage.consistent(await champion());
  });
});
