import { afterEach, describe, expect, it } from 'vitest';
import { createLambda } from '../../../local/cloud/services/lambda/index.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { type FakeCloud, fakeCloud, functionOf, START } from './fake-cloud.ts';

const ROOT = { kind: 'root' } as const;
const clouds: FakeCloud[] = [];
async function start(code: string, more: Shape = {}) {
  const cloud = fakeCloud();
  clouds.push(cloud);
  const lambda = createLambda();
  await cloud.add(lambda);
  await functionOf(cloud, code, more);
  const invoke = async (payload: unknown = {}, input: Shape = {}) => {
    const out = await cloud.call(ROOT, 'lambda', 'Invoke', {
      FunctionName: 'fn',
      Payload: JSON.stringify(payload),
      ...input,
    });
    return { ...out, answer: out.Payload && JSON.parse(out.Payload.toString()) };
  };
  return { cloud, lambda, invoke };
}
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.stop();
});

describe('an invocation', () => {
  it('runs the handler with the event and a context, and answers what it returns', async () => {
    const { invoke } = await start(`export const handler = async (event, context) => ({
      got: event, name: context.functionName, version: context.functionVersion, arn: context.invokedFunctionArn,
      left: context.getRemainingTimeInMillis() > 2000, id: context.awsRequestId.length });`);
    expect((await invoke({ a: 1 })).answer).toEqual({
      got: { a: 1 },
      name: 'fn',
      version: '$LATEST',
      arn: 'arn:aws:lambda:us-east-1:111122223333:function:fn',
      left: true,
      id: 36,
    });
  });

  it('sees virtual time standing still, the elapsed time that it was given, and none of the environment of this process', async () => {
    process.env['LEAK_OF_THE_PARENT'] = 'yes';
    const { invoke } = await start(
      `export const handler = async () => {
      const began = performance.now(); const before = Date.now();
      await new Promise((r) => setTimeout(r, 20));
      return { at: new Date().toISOString(), frozen: Date.now() === before, took: performance.now() - began,
        isDate: new Date() instanceof Date, text: typeof Date(), leak: process.env.LEAK_OF_THE_PARENT ?? null,
        mine: process.env.MINE, key: process.env.AWS_ACCESS_KEY_ID, endpoint: process.env.AWS_ENDPOINT_URL }; };`,
      { Environment: { Variables: { MINE: 'x' } } },
    );
    const { answer } = await invoke();
    expect(answer).toMatchObject({
      at: new Date(START).toISOString(),
      frozen: true,
      isDate: true,
      text: 'string',
      leak: null,
      mine: 'x',
      key: 'AKIDLOCAL',
      endpoint: 'http://127.0.0.1:1',
    });
    // Drawn, not measured: 3 ms in the middle, whatever the 20 ms of waiting took.
    expect(answer.took).toBeGreaterThan(0.5);
    expect(answer.took).toBeLessThan(15);
    delete process.env['LEAK_OF_THE_PARENT'];
  });

  it('keeps a warm environment and starts a second one only for concurrent work', async () => {
    const { invoke, lambda } = await start(`let n = 0;
      export const handler = async (e) => { if (e.wait) await new Promise((r) => setTimeout(r, 200)); return ++n; };`);
    expect((await invoke()).answer).toBe(1);
    expect((await invoke()).answer).toBe(2);
    expect(lambda.environments).toBe(1);
    const both = await Promise.all([invoke({ wait: 1 }), invoke({ wait: 1 })]);
    expect(both.map((o) => o.answer).sort()).toEqual([1, 3]);
    expect(lambda.environments).toBe(2);
  });

  it('logs every line of both streams, each in its order, between START and END before it answers', async () => {
    const { invoke, cloud } = await start(`export const handler = async () => {
      for (let i = 0; i < 500; i++) (i % 2 ? process.stderr : process.stdout).write('line ' + i + '\\n');
      console.log('said\\ntwice'); process.stdout.write('no line break'); };`);
    await invoke();
    const lines = cloud.logged.map((l) => l.line);
    expect(lines[0]).toMatch(/^START RequestId: \S+ Version: \$LATEST$/);
    // Two pipes: between them there is no order, here as on AWS.
    const said = lines.slice(1, 503);
    const numbered = (parity: number) =>
      said.filter((l) => l.startsWith('line ') && Number(l.slice(5)) % 2 === parity);
    for (const parity of [0, 1])
      expect(numbered(parity)).toEqual(Array.from({ length: 250 }, (_, i) => `line ${2 * i + parity}`));
    const rest = said.filter((l) => !l.startsWith('line '));
    expect(rest[0]).toMatch(/^2026-11-16T06:00:00\.000Z\t\S+\tINFO\tsaid\rtwice$/);
    expect(rest[1]).toBe('no line break');
    expect(lines[503]).toMatch(/^END /);
    expect(lines[504]).toMatch(/^REPORT .*Duration: .*Max Memory Used: [1-9]/);
    expect(cloud.logged[0]?.group).toBe('/aws/lambda/fn');
  });
});

describe('a failing invocation', () => {
  it('reports a thrown error by type, message and trace', async () => {
    const { invoke } = await start(`class Odd extends Error { name = 'Odd' }
      export const handler = async () => { throw new Odd('no'); };`);
    const { FunctionError, answer, StatusCode } = await invoke();
    expect([StatusCode, FunctionError, answer.errorType, answer.errorMessage]).toEqual([
      200,
      'Unhandled',
      'Odd',
      'no',
    ]);
    expect(answer.trace[0]).toBe('Odd: no');
  });

  it('ends as Runtime.ExitError when the process dies, and the next one gets a new environment', async () => {
    const { invoke } = await start(`let n = 0;
      export const handler = async (e) => { if (e.die) process.exit(7); return ++n; };`);
    await invoke();
    const dead = await invoke({ die: true });
    expect(dead.answer.errorType).toBe('Runtime.ExitError');
    expect(dead.answer.errorMessage).toMatch(/Runtime exited with error: exit status 7/);
    expect((await invoke()).answer).toBe(1);
  });

  it('times out after real seconds when it hangs, even in a loop that never yields', async () => {
    const { invoke, cloud } = await start('export const handler = async () => { for (;;); };', {
      Timeout: 1,
    });
    const { answer, FunctionError } = await invoke();
    expect(FunctionError).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(answer.errorMessage).toMatch(/Task timed out after 1\.00 seconds/);
    expect(cloud.logged.some((l) => /Task timed out/.test(l.line))).toBe(true);
  });

  it('reports what its init threw, and tries init again at the next invocation', async () => {
    const { invoke } = await start(`throw new TypeError('bad start');`);
    for (let i = 0; i < 2; i++)
      expect((await invoke()).answer).toMatchObject({ errorType: 'TypeError', errorMessage: 'bad start' });
  });

  it('names a handler that does not exist', async () => {
    const { invoke } = await start('export const other = 1;');
    expect((await invoke()).answer).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
  });

  it('reports a promise that nobody handled and ends the environment', async () => {
    const { invoke } = await start(`export const handler = async () => {
      Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 1000)); };`);
    const { answer } = await invoke();
    expect(answer.errorType).toBe('Runtime.UnhandledPromiseRejection');
    expect(answer.errorMessage).toMatch(/lost/);
  });

  it('refuses payloads that are not JSON or too large without running anything', async () => {
    const { cloud, lambda } = await start('export const handler = async () => 1;');
    const call = (Payload: string) => cloud.call(ROOT, 'lambda', 'Invoke', { FunctionName: 'fn', Payload });
    await expect(call('{')).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
      statusCode: 400,
    });
    await expect(call(`"${'x'.repeat(7e6)}"`)).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      statusCode: 413,
    });
    expect(lambda.environments).toBe(0);
  });

  it('refuses an answer of more than 6 MB', async () => {
    const { invoke } = await start(`export const handler = async () => 'x'.repeat(7e6);`);
    expect((await invoke()).answer.errorType).toBe('Function.ResponseSizeTooLarge');
  });
});
