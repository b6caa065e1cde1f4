import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, it } from 'vitest';
import { readEnv } from '../../lambdas/shared/env.ts';
import { createPublisher } from '../../lambdas/shared/events.ts';
import { createMetrics } from '../../lambdas/shared/metrics.ts';
import { putOnce, sha256 } from '../../lambdas/shared/objects.ts';
import { FakeBucket } from '../fakes/bucket.ts';

it('a missing or empty variable fails with every name that is missing', () => {
  expect(readEnv({ COALMINE_STAGE: 'dev' }, ['stage'])).toEqual({ stage: 'dev' });
  expect(() => readEnv({ COALMINE_EVENT_BUS: '' }, ['eventBus', 'rawBucket'])).toThrow(
    /COALMINE_EVENT_BUS, COALMINE_RAW_BUCKET/,
  );
});

function bus(answer: object) {
  const sent: unknown[] = [];
  const send = async (command: PutEventsCommand) => {
    sent.push(...(command.input.Entries ?? []));
    return answer;
  };
  return { sent, client: { send } as unknown as Pick<EventBridgeClient, 'send'> };
}
const at = '2026-11-20T08:00:00.000Z';

it('an event goes out with the platform as source, its type as detail-type, and the clock as its date', async () => {
  const { sent, client } = bus({ FailedEntryCount: 0 });
  await createPublisher(
    client,
    'the-bus',
    () => new Date(at),
  )({ type: 'release.skipped', model: 'fraud', reason: 'none' });
  expect(sent).toEqual([
    {
      EventBusName: 'the-bus',
      Source: 'coalmine',
      DetailType: 'release.skipped',
      Detail: JSON.stringify({ model: 'fraud', at, reason: 'none' }),
      Time: new Date(at),
    },
  ]);
});

it('an event that the bus did not take is an error although the call succeeded', async () => {
  const { client } = bus({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
  const publish = createPublisher(client, 'b', () => new Date(at));
  await expect(publish({ type: 'release.skipped', model: 'fraud', reason: 'x' })).rejects.toThrow(
    /InternalFailure/,
  );
});

it('an object is written once: the same bytes again are fine, other bytes are an error', async () => {
  const bucket = new FakeBucket();
  const put = { bucket: 'b', key: 'k.json', body: '{}' };
  expect(await putOnce(bucket, put)).toMatchObject({ existed: false, sha256: sha256('{}') });
  expect(await putOnce(bucket, put)).toMatchObject({ existed: true, sha256: sha256('{}') });
  await expect(putOnce(bucket, { ...put, body: '[]' })).rejects.toThrow(/never replaced/);
  expect(bucket.puts).toBe(1);
});

it('metrics have the dimension model alone, the units of their names, and none for what is null', () => {
  const lines: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
  const emit = createMetrics('fraud');
  emit({ LiveAuc: null });
  emit({ DriftMaxPsi: 0.25, LiveAuc: null, RollbackSeconds: 3 });
  process.stdout.write = write;
  expect(lines).toHaveLength(1);
  const [definition] = JSON.parse(lines[0]!)._aws.CloudWatchMetrics;
  expect(JSON.parse(lines[0]!)).toMatchObject({ model: 'fraud', DriftMaxPsi: 0.25, RollbackSeconds: 3 });
  expect(definition).toEqual({
    Namespace: 'Coalmine',
    Dimensions: [['model']],
    Metrics: [
      { Name: 'DriftMaxPsi', Unit: 'None' },
      { Name: 'RollbackSeconds', Unit: 'Seconds' },
    ],
  });
});
