import { afterEach, describe, expect, it } from 'vitest';
import { startLambda } from './start.ts';

const CODE = `export const handler = async (e) => {
  const began = performance.now(); const hr = process.hrtime.bigint();
  return { took: performance.now() - began, hr: Number(process.hrtime.bigint() - hr) / 1e6, again: performance.now() - began };
};`;
const stops: (() => Promise<void>)[] = [];
async function start(code = CODE, more: Parameters<typeof startLambda>[1] = {}) {
  const started = await startLambda(code, more);
  stops.push(() => started.cloud.stop());
  return started;
}
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('a fault', () => {
  it('makes the handler measure itself slow, once, at no cost of real time', async () => {
    const { invoke, lambda, cloud } = await start();
    await invoke();
    const end = lambda.inject({ functionName: 'fn', kind: 'slow', ms: 900 });
    const began = performance.now();
    const { answer } = await invoke();
    expect(answer.took).toBeGreaterThanOrEqual(900);
    expect(answer.again).toBeLessThan(1700);
    expect(performance.now() - began).toBeLessThan(700);
    const durations = cloud.samples.filter(
      (s) => s.metric === 'AWS/Lambda Duration' && s.dimensions === 'FunctionName=fn',
    );
    expect(durations.at(-1)?.value).toBeGreaterThanOrEqual(900);
    end();
    expect((await invoke()).answer.took).toBeLessThan(500);
  });

  it('of slowness beyond the time-out is a time-out', async () => {
    const { invoke, lambda } = await start(CODE, { fn: { Timeout: 2 } });
    lambda.inject({ functionName: 'fn', kind: 'slow', ms: 2500 });
    expect((await invoke()).answer.errorMessage).toMatch(/Task timed out after 2\.00 seconds/);
  });

  it('strikes only environments that match', async () => {
    const { call, invoke, lambda } = await start();
    await call('PublishVersion');
    await call('UpdateFunctionConfiguration', { Environment: { Variables: { MODEL_SLOT: 'green' } } });
    await call('PublishVersion');
    lambda.inject({ functionName: 'fn', match: (env) => env['MODEL_SLOT'] === 'green', kind: 'error' });
    expect((await invoke({}, { Qualifier: '1' })).FunctionError).toBeUndefined();
    expect((await invoke({}, { Qualifier: '2' })).answer.errorType).toBe('InjectedFault');
  });

  it('with a rate strikes that share of invocations', async () => {
    const { invoke, lambda } = await start();
    lambda.inject({ functionName: 'fn', kind: 'error', rate: 0.3 });
    let failed = 0;
    for (let i = 0; i < 200; i++) if ((await invoke()).FunctionError !== undefined) failed++;
    // 60 expected; 4 standard deviations of a binomial of 200 × 0.3 are 26.
    expect(Math.abs(failed - 60)).toBeLessThan(26);
  });

  it('of a crash ends the process, at init or at work, and a hang costs no real time', async () => {
    const { invoke, lambda } = await start(CODE, { fn: { Timeout: 900 } });
    const endInit = lambda.inject({ functionName: 'fn', kind: 'crash-at-init' });
    expect((await invoke()).answer.errorMessage).toMatch(/Runtime exited with error: signal: killed/);
    endInit();
    const endCrash = lambda.inject({ functionName: 'fn', kind: 'crash' });
    expect((await invoke()).answer.errorType).toBe('Runtime.ExitError');
    endCrash();
    const endHang = lambda.inject({ functionName: 'fn', kind: 'hang' });
    expect((await invoke()).answer.errorType).toBe('Sandbox.Timedout');
    endHang();
    expect((await invoke()).FunctionError).toBeUndefined();
  });

  it('of a late crash loses only the answer, and ends when it has struck as often as asked', async () => {
    const { invoke, lambda, cloud } = await start(
      'export const handler = async () => { process.stdout.write("done\\n"); return 1; };',
    );
    lambda.inject({ functionName: 'fn', kind: 'crash-late', times: 1 });
    expect((await invoke()).answer.errorType).toBe('Runtime.ExitError');
    expect(cloud.logged.map((l) => l.line.trim())).toContain('done');
    expect((await invoke()).answer).toBe(1);
  });
});

describe('concurrency', () => {
  const WAIT =
    'export const handler = async () => { await new Promise((r) => setTimeout(r, 150)); return 1; };';

  it('beyond what is reserved is throttled at once and counted', async () => {
    const { invoke, cloud } = await start(WAIT, { fn: { ReservedConcurrentExecutions: 2 } });
    const all = await Promise.allSettled([invoke(), invoke(), invoke()]);
    expect(all.map((r) => r.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(all[2]).toMatchObject({ reason: { name: 'TooManyRequestsException', statusCode: 429 } });
    const of = (metric: string) =>
      cloud.samples.filter((s) => s.metric === metric && s.dimensions === 'FunctionName=fn');
    expect(of('AWS/Lambda Throttles').length).toBe(1);
    expect(of('AWS/Lambda Invocations').length).toBe(2);
    expect(Math.max(...of('AWS/Lambda ConcurrentExecutions').map((s) => s.value))).toBe(2);
  });

  it('beyond what this machine bears waits for a free process', async () => {
    const { invoke, lambda } = await start(WAIT, { limits: { perVersion: 2, idle: 1, idleMb: 1000 } });
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => invoke()));
    expect(all.map((o) => o.answer)).toEqual([1, 1, 1, 1, 1]);
    expect(lambda.environments).toBe(1);
  });

  it('keeps no process idle that holds more memory than idle ones may', async () => {
    const { invoke, lambda } = await start(WAIT, { limits: { perVersion: 2, idle: 9, idleMb: 10 } });
    await invoke();
    expect(lambda.environments).toBe(0);
    expect((await invoke()).answer).toBe(1);
  });

  it('may not be reserved so that other functions have less than 100', async () => {
    const { call } = await start();
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 900 });
    await expect(call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 901 })).rejects.toThrow(
      /minimum value of \[100\]/,
    );
  });
});

describe('metrics', () => {
  it('of an alias are published for the function, the alias, and the alias with the version that ran', async () => {
    const { call, invoke, cloud } = await start(
      'export const handler = async () => { throw new Error("x"); };',
    );
    await call('PublishVersion');
    await call('CreateAlias', { Name: 'live', FunctionVersion: '1' });
    await invoke({}, { Qualifier: 'live' });
    const errors = cloud.samples.filter((s) => s.metric === 'AWS/Lambda Errors');
    expect(errors).toEqual(
      [
        'FunctionName=fn',
        'FunctionName=fn,Resource=fn:live',
        'FunctionName=fn,Resource=fn:live,ExecutedVersion=1',
      ].map((dimensions) => ({ metric: 'AWS/Lambda Errors', dimensions, value: 1 })),
    );
  });
});

describe('logs', () => {
  it('are lost when the role may not write them, and the invocation succeeds', async () => {
    const { invoke, cloud } = await start();
    cloud.deny.add('logs:PutLogEvents');
    expect((await invoke()).FunctionError).toBeUndefined();
    expect(cloud.logged).toEqual([]);
  });

  it('in JSON format wrap what console says, leave stdout alone and drop what is below the level', async () => {
    const { invoke, cloud } = await start(
      `export const handler = async () => { console.info('hi', 1); console.warn({ a: 1 }); process.stdout.write('{"own":true}\\n'); };`,
      { fn: { LoggingConfig: { LogGroup: 'mine', LogFormat: 'JSON', ApplicationLogLevel: 'WARN' } } },
    );
    await invoke();
    const lines = cloud.logged.map((l) => JSON.parse(l.line));
    expect(lines.map((l) => l.type ?? l.level ?? l.own)).toEqual([
      'platform.start',
      'WARN',
      true,
      'platform.report',
    ]);
    expect(lines[1]).toMatchObject({ timestamp: '2026-11-16T06:00:00.000Z', message: { a: 1 } });
    expect(cloud.logged[0]).toMatchObject({
      group: 'mine',
      stream: expect.stringMatching(/^2026\/11\/16\/fn\[\$LATEST\]/),
    });
  });
});
