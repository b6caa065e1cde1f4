import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DomainEventType } from '../../../contracts/events.ts';
import type { EventsService } from '../../../local/cloud/services/internal.ts';
import type { LambdaFault } from '../../../local/cloud/services/lambda/faults.ts';
import type { LambdaService } from '../../../local/cloud/services/lambda/index.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { retrain } from '../../../local/scenarios/acts.ts';
import { HOUR, MINUTE } from '../../../local/traffic/types.ts';
import { deny, type FaultStage, type MachineName, openStage } from './stage.ts';

let stage: FaultStage;
let candidate: number;
beforeAll(async () => {
  stage = await openStage();
  candidate = await retrain(stage.r, 'a candidate');
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };

function strike(fn: string, fault: Pick<LambdaFault, 'kind' | 'rate' | 'ms'>): () => void {
  const lambda = stage.r.running.cloud.service<LambdaService>('lambda');
  const heal = lambda.inject({ functionName: stage.functionName(`/${fn}/Function`), ...fault });
  onTestFinished(heal);
  return heal;
}
async function override(hyperparameters: Record<string, unknown>): Promise<void> {
  await stage.r.registry({ action: 'override-hyperparameters', hyperparameters, ...why });
}
const GOOD = { num_round: 25, eta: 0.3, max_depth: 4 };

/** Runs a machine that must fail with this error at this step, and say so with one event. */
async function failsAloud(machine: MachineName, input: object, error: string, step: string) {
  const mark = stage.mark;
  const ended = await stage.run(machine, input);
  expect(ended).toMatchObject({ status: 'FAILED', error });
  const type = { Retrain: 'retrain.failed', Release: 'release.failed', Rollback: 'rollback.failed' }[machine];
  const said = stage.r.journal.of(type as DomainEventType, mark).map((e) => e.detail);
  expect(said).toMatchObject([{ error, step, execution: ended.arn }]);
  expect(ended.cause).toBe((said[0] as { cause?: string }).cause);
  return { mark, ended };
}

describe('no execution ends silently', () => {
  it('a failed gate', async () => {
    await override({ ...GOOD, num_round: 1, max_depth: 1 });
    const { mark, ended } = await failsAloud('Retrain', why, 'GateFailed', 'Evaluate');
    await override(GOOD);
    expect(stage.since(mark, 'gate.failed', 'version.registered')).toEqual(['gate.failed']);
    expect(ended.cause).toMatch(/AUC/i);
  });

  it('a training job that fails', async () => {
    await override({ ...GOOD, max_depth: -3 });
    const { ended } = await failsAloud('Retrain', why, 'States.TaskFailed', 'Train');
    await override(GOOD);
    expect(ended.cause).toContain('max_depth');
  });

  it('an evaluation that never answers', async () => {
    strike('Evaluation', { kind: 'hang' });
    await failsAloud('Retrain', why, 'Sandbox.Timedout', 'Evaluate');
  });

  it('a retrain whose registry function is dead from its first to its last step', async () => {
    strike('Registry', { kind: 'crash' });
    await failsAloud('Retrain', why, 'Runtime.ExitError', 'StartRun');
  });

  it('a release of a version that does not exist', async () => {
    await failsAloud('Release', { version: 99, ...why }, 'VersionNotFound', 'Begin');
  });

  it('a release whose function is dead', async () => {
    strike('Release', { kind: 'crash' });
    await failsAloud('Release', { version: candidate, ...why }, 'Runtime.ExitError', 'Begin');
    await stage.consistent(1);
  });

  it('a release that may not move the traffic', async () => {
    deny(stage, '-ReleaseRole', 'lambda:UpdateAlias');
    const { ended } = await failsAloud(
      'Release',
      { version: candidate, ...why },
      'AccessDeniedException',
      'Shift',
    );
    expect(ended.cause).toContain('lambda:UpdateAlias');
  });

  it('a verdict of the judge: the rollback speaks for the release', async () => {
    const { r } = stage;
    const version = candidate;
    const mark = stage.mark;
    r.traffic.play(r.now + 3 * HOUR);
    // Above the error rate as a whole, and too seldom for the alarm, which wants five bad minutes of ten.
    onTestFinished(r.strike(version, { kind: 'error', rate: 0.05 }));
    const [ended] = await stage.ended(await stage.start('Release', { version, ...why }));
    // The rollback stops the release, unless the release has ended itself by then.
    expect(['RollBackVerdict', 'ReleaseSuperseded']).toContain(ended?.error);
    await r.until(r.now + 5 * MINUTE);
    expect(stage.since(mark, 'rollback.started', 'release.rolled-back')).toEqual([
      'rollback.started',
      'release.rolled-back',
    ]);
    const [started] = r.journal.of('rollback.started', mark);
    expect(started?.detail).toMatchObject({ by: 'judge', version });
    expect(started?.detail.reason).toMatch(/above the error rate/);
    await stage.consistent(1);
  });

  it('a release train without anything new is skipped', async () => {
    const mark = stage.mark;
    expect(await stage.run('Release', { version: 'latest', ...why })).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.since(mark)).toEqual(['release.skipped']);
    await stage.consistent(1);
  });

  it('a rollback that may not move the traffic, and the next one finishes it', async () => {
    candidate = await retrain(stage.r, 'another candidate');
    const release = await stage.start('Release', { version: candidate, ...why });
    await stage.reached(release, 'Bake');
    const heal = deny(stage, '-RollbackRole', 'lambda:UpdateAlias');
    await failsAloud('Rollback', why, 'AccessDeniedException', 'Restore');
    heal();
    const mark = stage.mark;
    expect(await stage.run('Rollback', why)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.since(mark, 'release.rolled-back')).toEqual(['release.rolled-back']);
    await stage.consistent(1);
  });

  it('a rollback that hangs, and somebody is paged', async () => {
    candidate = await retrain(stage.r, 'another candidate');
    const release = await stage.start('Release', { version: candidate, ...why });
    await stage.reached(release, 'Bake');
    const { r } = stage;
    const alarmed: string[] = [];
    const events = r.running.cloud.service<EventsService>('events');
    onTestFinished(
      events.onEvent(({ 'detail-type': type, detail }) => {
        const { alarmName, state } = detail as Shape;
        if (type === 'CloudWatch Alarm State Change' && state.value === 'ALARM') alarmed.push(alarmName);
      }),
    );
    const heal = strike('Rollback', { kind: 'hang' });
    await failsAloud('Rollback', why, 'Sandbox.Timedout', 'Begin');
    heal();
    await r.until(r.now + 10 * MINUTE);
    expect(alarmed.map((name) => /OperationAlarms([A-Za-z]+?)[0-9A-F]{8}/.exec(name)?.[1])).toContain(
      'RollbackFailed',
    );
    expect(await stage.run('Rollback', why)).toMatchObject({ status: 'SUCCEEDED' });
    await stage.consistent(1);
  });
});
