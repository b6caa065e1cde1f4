import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retrain } from '../../../local/scenarios/acts.ts';
import { HOUR } from '../../../local/traffic/types.ts';
import { type FaultStage, openStage } from './stage.ts';

let stage: FaultStage;
/** A version that no release has been able to spoil yet. */
let candidate: number;
beforeAll(async () => {
  stage = await openStage();
  candidate = await retrain(stage.r, 'a candidate');
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };
const status = async (version: number) => (await stage.versions()).find((v) => v.version === version)?.status;

describe('releases and rollbacks of one model that meet', () => {
  it('an alarm of the champion’s slot does not blame the candidate in canary', async () => {
    const { r } = stage;
    const release = await stage.start('Release', { version: candidate, ...why });
    await stage.reached(release, 'Bake');
    const mark = stage.mark;
    r.traffic.play(r.now + HOUR);
    const heal = r.strike(1, { kind: 'slow', ms: 900 });
    const ignored = await r.wait('rollback.ignored', HOUR);
    heal();
    expect(ignored.detail.reason).toContain('no previous version');
    expect(ignored.detail.reason).toContain('P99');
    expect((await stage.describe(release)).status).toBe('RUNNING');
    expect(stage.since(mark, 'rollback.started', 'release.rolled-back')).toEqual([]);
    expect((await r.pointers()).release).toMatchObject({ version: candidate, state: 'canary' });
  });

  it('an alarm of the alias does blame the candidate in canary', async () => {
    const { r } = stage;
    const { release } = await r.pointers();
    r.traffic.play(r.now + HOUR);
    const heal = r.strike(candidate, { kind: 'crash' });
    const back = await r.wait('release.rolled-back', HOUR);
    heal();
    expect(back.detail).toMatchObject({ version: candidate, champion: 1 });
    expect(r.journal.of('rollback.started').at(-1)?.detail.by).toContain('LiveErrors');
    expect(await stage.describe(release!.execution)).toMatchObject({
      status: 'ABORTED',
      error: 'ReleaseSuperseded',
    });
    expect(await status(candidate)).toBe('rolled-back');
    await stage.consistent(1);
  });

  it('a rollback that arrives twice at one instant, and once more later, does its work once', async () => {
    const { r } = stage;
    const next = await retrain(r, 'another candidate');
    const release = await stage.start('Release', { version: next, ...why });
    await stage.reached(release, 'Bake');
    const mark = stage.mark;
    const both = await Promise.all([stage.start('Rollback', why), stage.start('Rollback', why)]);
    const ended = await stage.ended(...both, release);
    expect(ended.map((e) => e.status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'ABORTED']);
    expect(stage.since(mark, 'rollback.started', 'release.rolled-back', 'rollback.ignored').sort()).toEqual([
      'release.rolled-back',
      'rollback.ignored',
      'rollback.started',
    ]);
    const later = stage.mark;
    expect(await stage.run('Rollback', why)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.since(later)).toEqual(['rollback.ignored']);
    expect(await status(next)).toBe('rolled-back');
    await stage.consistent(1);
  });

  it('of two releases at once the second ends with ReleaseInProgress and the first goes on to its end', async () => {
    const { r } = stage;
    const version = await retrain(r, 'one more candidate');
    const mark = stage.mark;
    r.traffic.play(r.now + 4 * HOUR);
    const both = await Promise.all([
      stage.start('Release', { version, ...why }, 'first'),
      stage.start('Release', { version, ...why }, 'second'),
    ]);
    const ended = await stage.ended(...both);
    const refused = ended.find((e) => e.status === 'FAILED');
    const promoted = ended.find((e) => e.status === 'SUCCEEDED');
    expect(refused?.error).toBe('ReleaseInProgress');
    expect(refused?.cause).toContain(`release ${promoted?.name} of fraud`);
    expect(stage.since(mark, 'release.started', 'release.promoted')).toEqual([
      'release.started',
      'release.promoted',
    ]);
    const failed = r.journal.of('release.failed', mark).map((e) => e.detail);
    expect(failed).toMatchObject([{ release: refused?.name, error: 'ReleaseInProgress', step: 'Begin' }]);
    await stage.consistent(version);
  });
});
