import { readFileSync, statSync } from 'node:fs';
import type { S3Service } from '../services/internal.ts';
import type { Cloud } from '../types.ts';
import type { TypeTable } from './load.ts';
import type { Asset } from './read.ts';
import { substitute } from './substitute.ts';

/** Templates go to CloudFormation, which is the loader here. */
const isTemplate = (asset: Asset): boolean => asset.key.endsWith('.template.json');

function bucketName(asset: Asset, cloud: Cloud): string {
  const known: Record<string, string> = { 'AWS::AccountId': cloud.account, 'AWS::Region': cloud.region };
  return substitute(asset.bucket, (name) => known[name] ?? name);
}

/**
 * Makes the bootstrap bucket and puts the file assets into it that are read at run time, such as state machine
 * definitions and training code. Folder assets stay folders: Lambda takes them by `cloud.assetPath`.
 */
export async function fillBootstrapBucket(
  assets: readonly Asset[],
  types: TypeTable,
  cloud: Cloud,
): Promise<void> {
  const entry = types.get('AWS::S3::Bucket');
  if (!entry) return;
  const made = new Set<string>();
  for (const asset of assets) {
    if (asset.packaging !== 'file' || isTemplate(asset) || !statSync(asset.path).isFile()) continue;
    const bucket = bucketName(asset, cloud);
    if (!made.has(bucket)) {
      const properties = entry.type.schema.parse({ BucketName: bucket });
      const place = { stack: 'CDKToolkit', logicalId: 'StagingBucket', path: '', physicalName: () => bucket };
      await entry.type.create(properties, place, entry.cloud);
      made.add(bucket);
    }
    cloud.service<S3Service>('s3').putBytes(bucket, asset.key, readFileSync(asset.path));
  }
}
