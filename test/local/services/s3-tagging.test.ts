import {
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, openGateway } from '../../../local/cloud/gateway/server.ts';
import { createS3 } from '../../../local/cloud/services/s3/index.ts';
import { type FakeCloud, fakeCloud, ROLE } from '../fake-cloud.ts';

const service = createS3();
const cloud: FakeCloud = {
  ...fakeCloud([service]),
  identify: () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't', caller: ROLE }),
};
let gateway: Gateway;
let Bucket: string;
let s3: S3Client;

beforeAll(async () => {
  gateway = await openGateway(
    () => cloud,
    {
      find: () => service,
      requestId: () => 'request',
      problem: (e) => {
        throw e;
      },
    },
    [],
  );
  const versioned = { VersioningConfiguration: { Status: 'Enabled' } };
  Bucket = (await cloud.create('AWS::S3::Bucket', versioned, 'bucket')).ref;
  s3 = new S3Client({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts: 1,
  });
});
afterAll(() => gateway.stop());

describe('tagging an object', () => {
  it('replaces the tags of one version, and leaves its bytes and the other versions alone', async () => {
    const Key = 'models/fraud/card.json';
    const first = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'one', Tagging: 'old=1' }));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'two', Tagging: 'kept=1' }));
    const TagSet = [
      { Key: 'coalmine:status', Value: 'archived & "quoted"' },
      { Key: 'b', Value: '' },
    ];
    await s3.send(
      new PutObjectTaggingCommand({ Bucket, Key, VersionId: first.VersionId, Tagging: { TagSet } }),
    );
    const tags = async (VersionId?: string) =>
      (await s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }))).TagSet;
    expect(await tags(first.VersionId)).toEqual(TagSet);
    expect(await tags()).toEqual([{ Key: 'kept', Value: '1' }]);
  });

  it('is refused for an object that there is not', async () => {
    const missing = new PutObjectTaggingCommand({ Bucket, Key: 'nothing', Tagging: { TagSet: [] } });
    await expect(s3.send(missing)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
