import { describe, expect, it } from 'vitest';
import { FunctionFailure, invoke, laboratory } from './machine-under-test.ts';

const states = (States: Record<string, object>, StartAt = Object.keys(States)[0]!) => ({ StartAt, States });
const outputOf = (e: { output: string | undefined }) => JSON.parse(e.output ?? 'null');

describe('data flow', () => {
  it('gives the input on where a state has no Output', async () => {
    const e = await laboratory().run(states({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } }), {
      x: 1,
    });
    expect([e.status, outputOf(e)]).toEqual(['SUCCEEDED', { x: 1 }]);
  });

  it('evaluates expressions inside objects and arrays and leaves the rest alone', async () => {
    const Output = {
      a: ['{% $states.input.x + 1 %}', 'plain'],
      b: { c: '{% $states.context.Execution.Name %}' },
    };
    const e = await laboratory().run(states({ A: { Type: 'Pass', Output, End: true } }), { x: 1 });
    expect(outputOf(e)).toEqual({ a: [2, 'plain'], b: { c: 'run' } });
  });

  it('assigns variables after Output has been evaluated, so that neither sees the other', async () => {
    const e = await laboratory().run(
      states({
        A: { Type: 'Pass', Assign: { n: 1 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: '{% $n %}', Next: 'C' },
        C: { Type: 'Pass', Output: '{% [$states.input, $n] %}', End: true },
      }),
    );
    expect(outputOf(e)).toEqual([1, 2]);
  });

  it('fails on an expression that returns nothing, naming expression and field', async () => {
    const e = await laboratory().run(
      states({ A: { Type: 'Pass', Output: { x: '{% $states.input.missing %}' }, End: true } }),
    );
    expect([e.status, e.error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
    expect(e.cause).toContain("'$states.input.missing' specified for the field 'Output/x' returned nothing");
  });

  it('has the functions that Step Functions adds, and virtual time', async () => {
    const Output = {
      partition: '{% $partition([1,2,3], 2) %}',
      range: '{% $range(1, 7, 3) %}',
      hash: "{% $hash('abc', 'SHA-256') %}",
      parse: '{% $parse(\'{"a":1}\').a %}',
      seeded: '{% $random(7) = $random(7) %}',
      now: '{% $now() %}',
      day: "{% $now('[Y0001][M01][D01]') %}",
      millis: '{% $millis() %}',
    };
    const e = await laboratory().run(states({ A: { Type: 'Pass', Output, End: true } }));
    expect(outputOf(e)).toEqual({
      partition: [[1, 2], [3]],
      range: [1, 4, 7],
      hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      parse: 1,
      seeded: true,
      now: '2026-11-16T08:00:00.000Z',
      day: '20261116',
      millis: Date.parse('2026-11-16T08:00:00Z'),
    });
  });

  it('refuses a state output of more than 256 KiB', async () => {
    const e = await laboratory().run(
      states({ A: { Type: 'Pass', Output: "{% $pad('', 300000, 'x') %}", End: true } }),
    );
    expect(e.error).toBe('States.DataLimitExceeded');
  });
});

describe('Choice', () => {
  const machine = states({
    A: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.n > 1 %}', Next: 'Big', Assign: { size: 'big' } }],
      Default: 'Small',
      Assign: { size: 'small' },
    },
    Big: { Type: 'Pass', Output: '{% $size %}', End: true },
    Small: { Type: 'Pass', Output: '{% $size %}', End: true },
  });
  it('takes the first rule that holds, with its own Assign', async () => {
    expect(outputOf(await laboratory().run(machine, { n: 2 }))).toBe('big');
  });
  it('takes the default otherwise', async () => {
    expect(outputOf(await laboratory().run(machine, { n: 1 }))).toBe('small');
  });
  it('fails on a condition that is no boolean', async () => {
    const Choices = [{ Condition: '{% 1 %}', Next: 'B' }];
    const e = await laboratory().run(states({ A: { Type: 'Choice', Choices }, B: { Type: 'Succeed' } }));
    expect(e.error).toBe('States.QueryEvaluationError');
  });
});

describe('Task', () => {
  it('gives the answer of a function with its status', async () => {
    const lab = laboratory({ double: (p: { n: number }) => ({ n: p.n * 2 }) });
    const e = await lab.run(states({ A: { ...invoke('double'), End: true } }), { n: 21 });
    expect(outputOf(e)).toEqual({ ExecutedVersion: '$LATEST', Payload: { n: 42 }, StatusCode: 200 });
    expect(lab.cloud.calls.at(-1)!.caller).toMatchObject({
      roleArn: 'arn:aws:iam::123456789012:role/machine',
    });
  });

  it('retries by error name with backoff in virtual time, then catches with the error output', async () => {
    const at: number[] = [];
    const lab = laboratory({
      f: () => {
        at.push((lab.cloud.clock.now() - Date.parse('2026-11-16T08:00:00Z')) / 1000);
        throw new FunctionFailure('Flaky', 'no luck');
      },
    });
    const Retry = [
      { ErrorEquals: ['Flaky'], IntervalSeconds: 10, MaxAttempts: 3, BackoffRate: 2, MaxDelaySeconds: 30 },
    ];
    const Catch = [
      {
        ErrorEquals: ['States.ALL'],
        Next: 'B',
        Assign: { why: '{% $states.errorOutput.Error %}' },
        Output: '{% $parse($states.errorOutput.Cause).errorMessage %}',
      },
    ];
    const e = await lab.run(
      states({
        A: { ...invoke('f'), Retry, Catch, End: true },
        B: { Type: 'Pass', Output: '{% [$why, $states.input] %}', End: true },
      }),
    );
    expect(at).toEqual([0, 10, 30, 60]);
    expect(outputOf(e)).toEqual(['Flaky', 'no luck']);
  });

  it('lets an error that no catcher names end the execution with it', async () => {
    const lab = laboratory({
      f: () => {
        throw new FunctionFailure('Odd', 'x');
      },
    });
    const Catch = [{ ErrorEquals: ['Other'], Next: 'B' }];
    const e = await lab.run(states({ A: { ...invoke('f'), Catch, End: true }, B: { Type: 'Succeed' } }));
    expect([e.status, e.error]).toEqual(['FAILED', 'Odd']);
  });

  it('names errors of the service itself with its prefix', async () => {
    const lab = laboratory({ f: () => 1 });
    lab.cloud.denied.add('lambda:Invoke');
    const e = await lab.run(states({ A: { ...invoke('f'), End: true } }));
    expect(e.error).toBe('Lambda.AWSLambdaException');
    expect(e.cause).toContain('lambda:Invoke');
  });

  it('calls any API by SDK integration and names its errors as AWS does', async () => {
    const lab = laboratory();
    const Resource = 'arn:aws:states:::aws-sdk:sfn:stopExecution';
    const e = await lab.run(
      states({ A: { Type: 'Task', Resource, Arguments: { ExecutionArn: 'arn:nobody' }, End: true } }),
    );
    expect(e.error).toBe('Sfn.ExecutionDoesNotExistException');
  });
});

describe('Wait and time-outs', () => {
  it('waits in virtual time', async () => {
    const lab = laboratory();
    const e = await lab.run(states({ A: { Type: 'Wait', Seconds: '{% $states.input.s %}', End: true } }), {
      s: 90,
    });
    expect(e.stoppedAt! - e.startedAt).toBe(90_000);
  });

  it('waits until a timestamp', async () => {
    const e = await laboratory().run(
      states({ A: { Type: 'Wait', Timestamp: '2026-11-17T00:00:00Z', End: true } }),
    );
    expect(new Date(e.stoppedAt!).toISOString()).toBe('2026-11-17T00:00:00.000Z');
  });

  it('ends an execution that runs longer than its machine allows as TIMED_OUT', async () => {
    const e = await laboratory().run({
      ...states({ A: { Type: 'Wait', Seconds: 1000, End: true } }),
      TimeoutSeconds: 180,
    });
    expect([e.status, e.error, e.stoppedAt! - e.startedAt]).toEqual(['TIMED_OUT', 'States.Timeout', 180_000]);
  });

  it('gives up a task after TimeoutSeconds, catchably', async () => {
    const Resource = 'arn:aws:states:::events:putEvents.waitForTaskToken';
    const Arguments = {
      Entries: [{ Detail: { token: '{% $states.context.Task.Token %}' }, DetailType: 'd', Source: 's' }],
    };
    const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'B' }];
    const e = await laboratory().run(
      states({
        A: { Type: 'Task', Resource, Arguments, TimeoutSeconds: 60, Catch, End: true },
        B: { Type: 'Pass', Output: 'late', End: true },
      }),
    );
    expect([outputOf(e), e.stoppedAt! - e.startedAt]).toEqual(['late', 60_000]);
  });
});
