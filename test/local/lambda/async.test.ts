import { afterEach, describe, expect, it } from 'vitest';
import { startLambda } from './start.ts';

const COUNT = `let n = 0; export const handler = async (e) => { n++; console.log('attempt at ' + new Date().toISOString()); if (n <= e.fail) throw new Error('no ' + n); return n; };`;
const stops: (() => Promise<void>)[] = [];
async function start(fn = {}) {
  const started = await startLambda(COUNT, { fn });
  stops.push(() => started.cloud.stop());
  return started;
}
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const MINUTE = 60_000;
const DLQ = 'arn:aws:sqs:us-east-1:111122223333:dead';

describe('an asynchronous invocation', () => {
  it('is accepted at once and tried three times, one and two virtual minutes apart', async () => {
    const { invoke, cloud } = await start();
    expect((await invoke({ fail: 9 }, { InvocationType: 'Event' })).StatusCode).toBe(202);
    await cloud.clock.advanceTo(cloud.clock.now() + 10 * MINUTE);
    const at = cloud.logged.flatMap((l) => l.line.match(/attempt at \S+T(\S+)\.000Z/)?.[1] ?? []);
    expect(at).toEqual(['06:00:00', '06:01:00', '06:03:00']);
  });

  it('that fails for good goes to the dead-letter queue with the role of the function', async () => {
    const { invoke, cloud } = await start({ DeadLetterConfig: { TargetArn: DLQ } });
    await invoke({ fail: 9 }, { InvocationType: 'Event' });
    await cloud.clock.advanceTo(cloud.clock.now() + 10 * MINUTE);
    expect(cloud.delivered).toMatchObject([
      { to: 'sqs:SendMessage', caller: { kind: 'role' }, input: { MessageBody: '{"fail":9}' } },
    ]);
  });

  it('sends its result to the destination of how it ended, with as many retries as configured', async () => {
    const { invoke, cloud } = await start();
    await cloud.create('AWS::Lambda::EventInvokeConfig', 'C', {
      FunctionName: 'fn',
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnSuccess: { Destination: `${DLQ}-ok` }, OnFailure: { Destination: DLQ } },
    });
    await invoke({ fail: 1 }, { InvocationType: 'Event' });
    await cloud.clock.advanceTo(cloud.clock.now() + 10 * MINUTE);
    expect(cloud.delivered.map((d) => d.input.QueueUrl.split('/').at(-1))).toEqual(['dead-ok']);
    expect(JSON.parse(cloud.delivered[0]?.input.MessageBody)).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 2 },
      requestPayload: { fail: 1 },
      responsePayload: 2,
    });
  });

  it('that is throttled is tried until it is too old', async () => {
    const { invoke, cloud, call } = await start();
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 });
    await cloud.create('AWS::Lambda::EventInvokeConfig', 'C', {
      FunctionName: 'fn',
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: DLQ } },
    });
    await invoke({ fail: 0 }, { InvocationType: 'Event' });
    await cloud.clock.advanceTo(cloud.clock.now() + 10 * MINUTE);
    expect(JSON.parse(cloud.delivered[0]?.input.MessageBody).requestContext.condition).toBe(
      'EventAgeExceeded',
    );
  });
});
