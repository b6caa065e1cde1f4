import { describe, expect, it } from 'vitest';
import type { Transition } from '../../../local/cloud/services/states/index.ts';
import type { StatesService } from '../../../local/cloud/services/states/service.ts';
import { fakeService } from '../fake-cloud.ts';
import { invoke, type Laboratory, laboratory } from './machine-under-test.ts';

const wait = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const root = { kind: 'root' } as const;
const states = (lab: Laboratory, operation: string, input: object) =>
  lab.cloud.call(root, 'states', operation, input);
const later = (lab: Laboratory, seconds: number) =>
  lab.cloud.clock.advanceTo(lab.cloud.clock.now() + seconds * 1000);

async function started(lab: Laboratory, definition: object = wait, input = '{}') {
  const stateMachineArn = await lab.machine(definition);
  const { executionArn } = await states(lab, 'StartExecution', { stateMachineArn, name: 'run', input });
  return { stateMachineArn, executionArn };
}

describe('StartExecution', () => {
  it('is idempotent for the same name and input while the execution runs', async () => {
    const lab = laboratory();
    const { stateMachineArn, executionArn } = await started(lab);
    const again = await states(lab, 'StartExecution', { stateMachineArn, name: 'run', input: '{}' });
    expect(again.executionArn).toBe(executionArn);
  });

  it.each([
    ['another input', '{"a":1}', 0],
    ['an execution that has ended', '{}', 120],
  ])('refuses the same name for %s', async (_, input, seconds) => {
    const lab = laboratory();
    const { stateMachineArn } = await started(lab);
    await later(lab, seconds);
    await expect(
      states(lab, 'StartExecution', { stateMachineArn, name: 'run', input }),
    ).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
  });

  it.each([
    [{ input: '{' }, 'InvalidExecutionInput'],
    [{ name: 'a b' }, 'InvalidName'],
    [{ stateMachineArn: 'arn:nobody' }, 'StateMachineDoesNotExist'],
  ])('refuses %j as %s', async (more, name) => {
    const lab = laboratory();
    const stateMachineArn = await lab.machine(wait);
    await expect(states(lab, 'StartExecution', { stateMachineArn, ...more })).rejects.toMatchObject({ name });
  });
});

describe('StopExecution', () => {
  it('ends an execution at once and nothing of it goes on', async () => {
    const called: number[] = [];
    const lab = laboratory({ f: () => called.push(1) });
    const { executionArn } = await started(lab, {
      StartAt: 'A',
      States: { A: { Type: 'Wait', Seconds: 60, Next: 'B' }, B: { ...invoke('f'), End: true } },
    });
    await later(lab, 30);
    await states(lab, 'StopExecution', { executionArn, error: 'Superseded', cause: 'by a rollback' });
    await later(lab, 600);
    expect(await states(lab, 'DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'Superseded',
      cause: 'by a rollback',
      stopDate: Date.parse('2026-11-16T08:00:30Z') / 1000,
    });
    expect(called).toEqual([]);
  });
});

describe('task tokens', () => {
  const machine = (more: object = {}) => ({
    StartAt: 'Ask',
    States: {
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
        End: true,
        ...more,
      },
    },
  });
  const asking = async (more: object = {}) => {
    let token = '';
    const lab = laboratory({
      ask: (p: { token: string }) => {
        token = p.token;
      },
    });
    const { executionArn } = await started(lab, machine(more));
    await later(lab, 3600);
    return { lab, token, describe: () => states(lab, 'DescribeExecution', { executionArn }) };
  };

  it('waits for as long as it takes and goes on with the answer', async () => {
    const { lab, token, describe } = await asking();
    expect((await describe()).status).toBe('RUNNING');
    await states(lab, 'SendTaskSuccess', { taskToken: token, output: '{"approved":true}' });
    await later(lab, 1);
    expect(await describe()).toMatchObject({ status: 'SUCCEEDED', output: '{"approved":true}' });
  });

  it('fails with the error that was sent', async () => {
    const { lab, token, describe } = await asking();
    await states(lab, 'SendTaskFailure', { taskToken: token, error: 'Refused', cause: 'not today' });
    await later(lab, 1);
    expect(await describe()).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'not today' });
  });

  it('answers TaskTimedOut to an answer that comes too late', async () => {
    const { lab, token, describe } = await asking({ TimeoutSeconds: 600 });
    expect(await describe()).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    await expect(states(lab, 'SendTaskSuccess', { taskToken: token, output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  it('fails when a heartbeat is missed', async () => {
    const { describe } = await asking({ HeartbeatSeconds: 60 });
    expect((await describe()).error).toBe('States.HeartbeatTimeout');
  });

  it('refuses what never was a token', async () => {
    const { lab } = await asking();
    await expect(states(lab, 'SendTaskSuccess', { taskToken: 'x', output: '1' })).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });
});

describe('what others see', () => {
  it('announces status changes on the default bus and records metrics', async () => {
    const recorded: unknown[] = [];
    const monitoring = fakeService(
      'monitoring',
      {},
      {
        record: (...args: unknown[]) => recorded.push([args[1], args[3]]),
      },
    );
    const lab = laboratory({}, [monitoring]);
    await started(lab);
    await later(lab, 120);
    expect(lab.events.map((e) => [e['detail-type'], e.detail['status'], e.detail['output']])).toEqual([
      ['Step Functions Execution Status Change', 'RUNNING', null],
      ['Step Functions Execution Status Change', 'SUCCEEDED', '{}'],
    ]);
    expect(recorded).toEqual([
      ['ExecutionsStarted', 1],
      ['ExecutionsSucceeded', 1],
      ['ExecutionTime', 60_000],
    ]);
  });

  it('tells listeners of every transition, and history has the same', async () => {
    const lab = laboratory();
    const heard: Transition[] = [];
    lab.cloud.service<StatesService>('states').onTransition((t) => heard.push(t));
    const { executionArn } = await started(lab);
    await later(lab, 120);
    const { events } = await states(lab, 'GetExecutionHistory', { executionArn });
    const types = ['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded'];
    expect(heard.map((t) => t.type)).toEqual(types);
    expect(events.map((e: { type: string }) => e.type)).toEqual(types);
  });

  it('writes its history to the log group that it is configured with', async () => {
    const lines: string[] = [];
    const logs = fakeService(
      'logs',
      {},
      {
        ingest: (group: string, _: string, text: string[]) => lines.push(...text.map((t) => `${group} ${t}`)),
      },
    );
    const lab = laboratory({}, [logs]);
    const { ref } = await lab.cloud.create('AWS::StepFunctions::StateMachine', {
      RoleArn: 'arn:aws:iam::123456789012:role/machine',
      DefinitionString: JSON.stringify({ QueryLanguage: 'JSONata', ...wait }),
      LoggingConfiguration: {
        Level: 'ALL',
        Destinations: [
          {
            CloudWatchLogsLogGroup: {
              LogGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:machines:*',
            },
          },
        ],
      },
    });
    await states(lab, 'StartExecution', { stateMachineArn: ref });
    expect(lines[0]).toMatch(/^machines \{"id":"1","type":"ExecutionStarted"/);
  });
});
