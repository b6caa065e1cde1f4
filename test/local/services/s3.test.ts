import { describe, expect, it } from 'vitest';
import { createS3 } from '../../../local/cloud/services/s3/index.ts';
import { fakeCloud, ROLE, recordingService, START } from '../fake-cloud.ts';

const DAY = 86_400_000;

async function bucket(properties: object = {}) {
  const s3 = createS3();
  const cloud = fakeCloud([s3]);
  const { ref } = await cloud.create('AWS::S3::Bucket', {
    VersioningConfiguration: { Status: 'Enabled' },
    ...properties,
  });
  const put = (Key: string, Body: string, more: object = {}) =>
    cloud.root('s3', 'PutObject', { Bucket: ref, Key, Body, ...more });
  const get = (Key: string, more: object = {}) =>
    cloud.root('s3', 'GetObject', { Bucket: ref, Key, ...more });
  const keys = async (more: object = {}) =>
    cloud.root('s3', 'ListObjectsV2', { Bucket: ref, ...more }) as Promise<{
      Contents: { Key: string }[];
      CommonPrefixes: { Prefix: string }[];
      IsTruncated: boolean;
      NextContinuationToken?: string;
    }>;
  return { s3, cloud, name: ref, put, get, keys };
}

describe('objects', () => {
  it('keep every version, and a delete only marks', async () => {
    const { cloud, name, put, get } = await bucket();
    const first = await put('a', 'one');
    const second = await put('a', 'two');
    expect(first.VersionId).not.toBe(second.VersionId);
    await cloud.root('s3', 'DeleteObject', { Bucket: name, Key: 'a' });
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey', statusCode: 404 });
    expect((await get('a', { VersionId: first.VersionId })).Body.toString()).toBe('one');
    const all = await cloud.root('s3', 'ListObjectVersions', { Bucket: name });
    expect(all.Versions.map((v: { VersionId: string }) => v.VersionId)).toEqual([
      second.VersionId,
      first.VersionId,
    ]);
    expect(all.DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }]);
  });

  it('come back when the delete marker is deleted', async () => {
    const { cloud, name, put, get } = await bucket();
    await put('a', 'one');
    const { VersionId } = await cloud.root('s3', 'DeleteObject', { Bucket: name, Key: 'a' });
    await cloud.root('s3', 'DeleteObject', { Bucket: name, Key: 'a', VersionId });
    expect((await get('a')).Body.toString()).toBe('one');
  });

  it('are overwritten for good in a bucket without versioning', async () => {
    const { cloud, name, put, get } = await bucket({ VersioningConfiguration: undefined });
    await put('a', 'one');
    expect((await put('a', 'two')).VersionId).toBeUndefined();
    expect((await get('a')).Body.toString()).toBe('two');
    await cloud.root('s3', 'DeleteObject', { Bucket: name, Key: 'a' });
    const all = await cloud.root('s3', 'ListObjectVersions', { Bucket: name });
    expect(all.Versions).toEqual([]);
  });

  it('are written once under If-None-Match: *', async () => {
    const { put } = await bucket();
    await put('a', 'one', { IfNoneMatch: '*' });
    await expect(put('a', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      statusCode: 412,
    });
  });

  it('are replaced under If-Match only while the ETag is current', async () => {
    const { put } = await bucket();
    const { ETag } = await put('a', 'one');
    await put('a', 'two', { IfMatch: ETag });
    await expect(put('a', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('b', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('are refused when a checksum is not theirs', async () => {
    const { put } = await bucket();
    await expect(put('a', 'one', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
  });

  it('are read in part by range', async () => {
    const { put, get } = await bucket();
    await put('a', '0123456789');
    expect((await get('a', { Range: 'bytes=2-4' })).Body.toString()).toBe('234');
    expect((await get('a', { Range: 'bytes=-3' })).Body.toString()).toBe('789');
    expect((await get('a', { Range: 'bytes=8-' })).ContentRange).toBe('bytes 8-9/10');
    await expect(get('a', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('are put together from parts in order', async () => {
    const { cloud, name, get } = await bucket();
    const at = { Bucket: name, Key: 'big' };
    const { UploadId } = await cloud.root('s3', 'CreateMultipartUpload', at);
    const part = (PartNumber: number, Body: string) =>
      cloud.root('s3', 'UploadPart', { ...at, UploadId, PartNumber, Body });
    const two = await part(2, 'world');
    const one = await part(1, 'hello ');
    const Parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    const done = { ...at, UploadId, MultipartUpload: { Parts } };
    const wrong = { ...at, UploadId, MultipartUpload: { Parts: Parts.toReversed() } };
    await expect(cloud.root('s3', 'CompleteMultipartUpload', wrong)).rejects.toMatchObject({
      name: 'InvalidPartOrder',
    });
    expect((await cloud.root('s3', 'CompleteMultipartUpload', done)).ETag).toMatch(/-2"$/);
    expect((await get('big')).Body.toString()).toBe('hello world');
  });
});

it('an object that was corrupted keeps its ETag and has other bytes', async () => {
  const { s3, name, put, get } = await bucket();
  const { ETag } = await put('a', 'one');
  s3.corrupt(name, 'a');
  const got = await get('a');
  expect(got.ETag).toBe(ETag);
  expect(got.Body.toString()).not.toBe('one');
  expect(got.Body).toHaveLength(3);
});

describe('listing', () => {
  it('folds at the delimiter and goes on page by page', async () => {
    const { put, keys } = await bucket();
    for (const key of ['a/1', 'a/2', 'b/1', 'c', 'd/x/1']) await put(key, '');
    const all = await keys({ Delimiter: '/' });
    expect(all.Contents.map((c) => c.Key)).toEqual(['c']);
    expect(all.CommonPrefixes.map((p) => p.Prefix)).toEqual(['a/', 'b/', 'd/']);
    const first = await keys({ Delimiter: '/', MaxKeys: 2 });
    expect(first).toMatchObject({ IsTruncated: true, CommonPrefixes: [{ Prefix: 'a/' }, { Prefix: 'b/' }] });
    const second = await keys({ Delimiter: '/', ContinuationToken: first.NextContinuationToken });
    expect(second).toMatchObject({
      IsTruncated: false,
      Contents: [{ Key: 'c' }],
      CommonPrefixes: [{ Prefix: 'd/' }],
    });
  });

  it('gives every key once over all pages', async () => {
    const { put, keys } = await bucket();
    const names = Array.from({ length: 25 }, (_, i) => `k/${String((i * 7) % 25).padStart(2, '0')}`);
    for (const key of names) await put(key, '');
    const seen: string[] = [];
    for (let token: string | undefined; ; ) {
      const page = await keys({ MaxKeys: 4, Prefix: 'k/', ContinuationToken: token });
      seen.push(...page.Contents.map((c) => c.Key));
      token = page.NextContinuationToken;
      if (!page.IsTruncated) break;
    }
    expect(seen).toEqual(names.toSorted());
  });
});

describe('permissions', () => {
  const key = 'arn:aws:kms:us-east-1:123456789012:key/k';
  const encrypted = {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } },
      ],
    },
  };

  it('ask for the key of the bucket through S3', async () => {
    const { cloud, name } = await bucket(encrypted);
    const at = { Bucket: name, Key: 'a' };
    await cloud.call(ROLE, 's3', 'PutObject', { ...at, Body: 'x' });
    await cloud.call(ROLE, 's3', 'GetObject', at);
    const keyUse = cloud.asked.filter((a) => a.resource === key);
    expect(keyUse.map((a) => a.action)).toEqual(['kms:GenerateDataKey', 'kms:Decrypt']);
    expect(keyUse[0]?.context?.['kms:ViaService']).toBe('s3.us-east-1.amazonaws.com');
  });

  it('hide what is missing from who may not list', async () => {
    const { cloud, name } = await bucket();
    cloud.denied.add('s3:ListBucket');
    const missing = { Bucket: name, Key: 'nothing' };
    await expect(cloud.call(ROLE, 's3', 'GetObject', missing)).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('answer key by key when many are deleted', async () => {
    const { cloud, name, put } = await bucket();
    await put('a', 'x');
    cloud.denied.add('s3:DeleteObject');
    const out = await cloud.call(ROLE, 's3', 'DeleteObjects', {
      Bucket: name,
      Delete: { Objects: [{ Key: 'a' }] },
    });
    expect(out).toMatchObject({ Deleted: [], Errors: [{ Key: 'a', Code: 'AccessDenied' }] });
  });
});

describe('lifecycle', () => {
  it('ends objects, old versions and uploads at the midnight after their days', async () => {
    const { cloud, name, put, keys } = await bucket({
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            Prefix: 'old/',
            ExpirationInDays: 2,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
        ],
      },
    });
    await cloud.clock.advanceTo(START + 3_600_000);
    await put('old/a', 'one');
    await put('old/a', 'two');
    await put('kept', 'x');
    await cloud.root('s3', 'CreateMultipartUpload', { Bucket: name, Key: 'old/up' });
    const versions = async () => {
      const all = await cloud.root('s3', 'ListObjectVersions', { Bucket: name });
      return [all.Versions.length, all.DeleteMarkers.length];
    };
    await cloud.clock.advanceTo(START + 2 * DAY - 1);
    expect(await versions()).toEqual([3, 0]);
    await cloud.clock.advanceTo(START + 2 * DAY);
    expect(await versions()).toEqual([2, 0]);
    await cloud.clock.advanceTo(START + 3 * DAY);
    expect((await keys()).Contents.map((c) => c.Key)).toEqual(['kept']);
  });
});

it('announces new objects to EventBridge when the bucket says so', async () => {
  const emitted: object[] = [];
  const events = { ...recordingService('events', []).service, emit: (e: object) => emitted.push(e) };
  const s3 = createS3();
  const cloud = fakeCloud([s3, events]);
  const { ref } = await cloud.create('AWS::S3::Bucket', {
    NotificationConfiguration: { EventBridgeConfiguration: {} },
  });
  await cloud.root('s3', 'PutObject', { Bucket: ref, Key: 'a', Body: 'x' });
  expect(emitted).toMatchObject([
    { source: 'aws.s3', 'detail-type': 'Object Created', detail: { object: { key: 'a', size: 1 } } },
  ]);
});

it('refuses a property that it does not know', async () => {
  await expect(bucket({ AccelerateConfiguration: {} })).rejects.toThrow('AccelerateConfiguration');
});
