import { describe, expect, it } from 'vitest';
import { FunctionFailure, invoke, laboratory } from './machine-under-test.ts';

const one = (state: object, more: object = {}) => ({ StartAt: 'A', States: { A: state, ...more } });
const outputOf = (e: { output: string | undefined }) => JSON.parse(e.output ?? 'null');
const secondsOf = (e: { startedAt: number; stoppedAt: number | undefined }) =>
  (e.stoppedAt! - e.startedAt) / 1000;
const wait = (Seconds: number | string, more: object = { End: true }) => ({ Type: 'Wait', Seconds, ...more });

describe('Parallel', () => {
  it('runs branches side by side and gives their outputs in order', async () => {
    const Branches = [30, 10].map((s) => one(wait(s, { Output: s, End: true })));
    const e = await laboratory().run(one({ Type: 'Parallel', Branches, End: true }));
    expect([outputOf(e), secondsOf(e)]).toEqual([[30, 10], 30]);
  });

  it('ends the other branches when one fails, and catches its error', async () => {
    const called: number[] = [];
    const lab = laboratory({
      fail: () => {
        throw new FunctionFailure('Broken', 'x');
      },
      late: () => called.push(1),
    });
    const Branches = [
      one({ ...invoke('fail'), End: true }),
      one(wait(10, { Next: 'B' }), { B: { ...invoke('late'), End: true } }),
    ];
    const Catch = [{ ErrorEquals: ['Broken'], Next: 'Done' }];
    const e = await lab.run(one({ Type: 'Parallel', Branches, Catch, Next: 'Done' }, { Done: wait(60) }));
    expect([e.status, called]).toEqual(['SUCCEEDED', []]);
  });

  it('lets branches read outer variables and keeps what they assign to themselves', async () => {
    const branch = one({ Type: 'Pass', Assign: { inner: 1 }, Output: '{% $outer %}', End: true });
    const e = await laboratory().run(
      one(
        { Type: 'Pass', Assign: { outer: 'seen' }, Next: 'P' },
        {
          P: { Type: 'Parallel', Branches: [branch], Next: 'Z' },
          Z: { Type: 'Pass', Output: '{% [$states.input[0], $exists($inner)] %}', End: true },
        },
      ),
    );
    expect(outputOf(e)).toEqual(['seen', false]);
  });
});

describe('Map', () => {
  it('runs each item, at most MaxConcurrency at once', async () => {
    const e = await laboratory().run(
      one({
        Type: 'Map',
        Items: '{% $states.input.list %}',
        MaxConcurrency: 2,
        ItemSelector: {
          i: '{% $states.context.Map.Item.Index %}',
          v: '{% $states.context.Map.Item.Value %}',
        },
        ItemProcessor: one(wait(10, { Output: '{% $states.input.i + $states.input.v %}', End: true })),
        End: true,
      }),
      { list: [10, 20, 30, 40, 50] },
    );
    expect([outputOf(e), secondsOf(e)]).toEqual([[10, 21, 32, 43, 54], 30]);
  });

  it('names what is no array', async () => {
    const state = {
      Type: 'Map',
      Items: '{% 1 %}',
      ItemProcessor: one({ Type: 'Pass', End: true }),
      End: true,
    };
    expect((await laboratory().run(one(state))).cause).toContain("'Items' must be an array, but is 1");
  });
});

describe('nested executions', () => {
  const child = (States: object) => ({ StartAt: 'C', States });
  const start = (suffix: string, StateMachineArn: string) => ({
    Type: 'Task',
    Resource: `arn:aws:states:::states:startExecution${suffix}`,
    Arguments: { StateMachineArn, Name: 'child', Input: { n: '{% $states.input.n %}' } },
    End: true,
  });

  it('starts without waiting', async () => {
    const lab = laboratory();
    const arn = await lab.machine(child({ C: wait(100) }), 'Child');
    const e = await lab.run(one(start('', arn)), { n: 1 });
    expect([secondsOf(e), outputOf(e).ExecutionArn]).toEqual([
      0,
      expect.stringContaining('execution:stack-child:child'),
    ]);
  });

  it('waits for the end with .sync:2 and gives the output as JSON', async () => {
    const lab = laboratory();
    const arn = await lab.machine(
      child({ C: wait(100, { Output: '{% $states.input.n + 1 %}', End: true }) }),
      'Child',
    );
    const e = await lab.run(one(start('.sync:2', arn)), { n: 1 });
    expect([secondsOf(e), outputOf(e)]).toEqual([
      100,
      expect.objectContaining({ Status: 'SUCCEEDED', Output: 2 }),
    ]);
  });

  it('fails as States.TaskFailed when the nested execution fails', async () => {
    const lab = laboratory();
    const arn = await lab.machine(child({ C: { Type: 'Fail', Error: 'Sad', Cause: 'because' } }), 'Child');
    const e = await lab.run(one(start('.sync', arn)), { n: 1 });
    expect([e.error, JSON.parse(e.cause!).Error]).toEqual(['States.TaskFailed', 'Sad']);
  });

  it('names an execution that exists already as the integration does', async () => {
    const lab = laboratory();
    const arn = await lab.machine(child({ C: wait(1) }), 'Child');
    const again = { ...start('', arn), Arguments: { StateMachineArn: arn, Name: 'child', Input: { n: 2 } } };
    const e = await lab.run(one({ ...start('', arn), End: undefined, Next: 'B' }, { B: again }), { n: 1 });
    expect(e.error).toBe('StepFunctions.ExecutionAlreadyExistsException');
  });
});
