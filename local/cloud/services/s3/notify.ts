import type { Cloud } from '../../types.ts';
import type { EventsService } from '../internal.ts';
import type { Bucket } from './bucket.ts';
import type { Version } from './store.ts';

/** `Object Created` on the default bus, for buckets with EventBridge notifications. */
export function announceCreated(cloud: Cloud, bucket: Bucket, version: Version, reason: string): void {
  if (!bucket.eventBridge) return;
  emit(cloud, bucket, 'Object Created', reason, {
    key: version.key,
    size: version.size,
    etag: version.etag.replaceAll('"', ''),
    ...(bucket.versioned ? { 'version-id': version.versionId } : {}),
    sequencer: version.order.toString(16).padStart(16, '0').toUpperCase(),
  });
}

/** `Object Deleted` on the default bus, for buckets with EventBridge notifications. */
export function announceDeleted(cloud: Cloud, bucket: Bucket, key: string, marker?: Version): void {
  if (!bucket.eventBridge) return;
  emit(cloud, bucket, 'Object Deleted', 'DeleteObject', {
    key,
    ...(marker ? { 'version-id': marker.versionId } : {}),
  });
}

function emit(
  cloud: Cloud,
  bucket: Bucket,
  type: string,
  reason: string,
  object: Record<string, unknown>,
): void {
  cloud.service<EventsService>('events').emit({
    source: 'aws.s3',
    'detail-type': type,
    resources: [bucket.arn],
    detail: { version: '0', bucket: { name: bucket.name }, object, reason },
  });
}
