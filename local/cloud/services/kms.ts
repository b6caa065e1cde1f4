import { z } from 'zod';
import { AwsError, type Cloud, type PolicyDocument, type ResourceType, type Service } from '../types.ts';
import { arnOf, bool, num, policyDocument, tags } from './common.ts';

export interface KmsService extends Service {
  /** ARN of the key that an id, an alias or either's ARN means. @throws AwsError NotFoundException */
  keyArn(cloud: Cloud, key: string): string;
}

/** What a key has whose template gives no policy: the account's identity policies decide. */
const defaultPolicy = (cloud: Cloud): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${cloud.account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

function keyType(policies: Map<string, PolicyDocument>): ResourceType {
  return {
    type: 'AWS::KMS::Key',
    schema: z.strictObject({
      KeyPolicy: policyDocument.optional(),
      Description: z.string().optional(),
      Enabled: z.literal([true, 'true']).optional(),
      EnableKeyRotation: bool.optional(),
      RotationPeriodInDays: num.optional(),
      PendingWindowInDays: num.optional(),
      KeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
      KeyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
      Tags: tags.optional(),
    }),
    inert: {
      Description: 'for people',
      EnableKeyRotation: 'nothing is encrypted here: keys are permissions only',
      RotationPeriodInDays: 'as EnableKeyRotation',
      PendingWindowInDays: 'stacks are not deleted here',
      Tags: 'no tag-based access here',
    },
    create(p, _placement, cloud) {
      const id = cloud.random.uuid();
      const arn = arnOf(cloud, 'kms', `key/${id}`);
      policies.set(arn, p.KeyPolicy ?? defaultPolicy(cloud));
      return { ref: id, attributes: { Arn: arn, KeyId: id } };
    },
  };
}

/** KMS: keys are permissions. Nothing is encrypted; whoever would need a key must be allowed it. */
export function createKms(): KmsService {
  const policies = new Map<string, PolicyDocument>();
  const aliases = new Map<string, string>();
  const keyArn = (cloud: Cloud, key: string): string => {
    const alias = /alias\/.+$/.exec(key)?.[0];
    const id = alias === undefined ? key.split(/[/:]/).at(-1) : aliases.get(alias);
    const arn = arnOf(cloud, 'kms', `key/${id}`);
    if (!policies.has(arn)) throw new AwsError('NotFoundException', `Key '${key}' does not exist`);
    return arn;
  };
  const alias: ResourceType = {
    type: 'AWS::KMS::Alias',
    schema: z.strictObject({ AliasName: z.string().startsWith('alias/'), TargetKeyId: z.string() }),
    create(p, _placement, cloud) {
      aliases.set(p.AliasName, keyArn(cloud, p.TargetKeyId).split('/').at(-1)!);
      return { ref: p.AliasName, attributes: {} };
    },
  };
  return {
    name: 'kms',
    protocol: 'json',
    operations: {
      DescribeKey: {
        access: (input, cloud) => [{ action: 'kms:DescribeKey', resource: keyArn(cloud, input.KeyId) }],
        run: (input, { cloud }) => {
          const arn = keyArn(cloud, input.KeyId);
          return { KeyMetadata: { Arn: arn, KeyId: arn.split('/').at(-1), Enabled: true } };
        },
      },
    },
    resources: [keyType(policies), alias],
    policyOf: (arn) => policies.get(arn),
    keyArn,
  };
}
