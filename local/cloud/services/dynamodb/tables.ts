import { z } from 'zod';
import type { Cloud, ResourceType } from '../../types.ts';
import { arnOf, bool, keyArn, num, tags } from '../common.ts';
import type { Engine } from './engine.ts';

/** A table as the service around the engine knows it. */
export interface Table {
  readonly name: string;
  readonly arn: string;
  readonly keyNames: readonly string[];
  readonly ttlAttribute: string | undefined;
  /** ARN of the customer-managed key. */
  readonly kmsKey: string | undefined;
}

const throughput = z.strictObject({ ReadCapacityUnits: num, WriteCapacityUnits: num });
const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const projection = z.strictObject({
  ProjectionType: z.string().optional(),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: projection,
  ProvisionedThroughput: throughput.optional(),
});
const schema = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string().optional(), Enabled: bool }).optional(),
  SSESpecification: z
    .strictObject({
      SSEEnabled: bool.optional(),
      SSEType: z.string().optional(),
      KMSMasterKeyId: z.string().optional(),
    })
    .optional(),
  PointInTimeRecoverySpecification: z
    .strictObject({ PointInTimeRecoveryEnabled: bool.optional(), RecoveryPeriodInDays: num.optional() })
    .optional(),
  DeletionProtectionEnabled: bool.optional(),
  TableClass: z.string().optional(),
  ContributorInsightsSpecification: z.looseObject({}).optional(),
  Tags: tags.optional(),
});

export function tableType(engine: (cloud: Cloud) => Engine, tables: Map<string, Table>): ResourceType {
  return {
    type: 'AWS::DynamoDB::Table',
    schema,
    inert: {
      PointInTimeRecoverySpecification: 'there are no backups here',
      DeletionProtectionEnabled: 'tables are not deleted here',
      TableClass: 'it changes only the price',
      ProvisionedThroughput: 'capacity is not limited; inject a throttle fault instead',
      ContributorInsightsSpecification: 'there are no such reports here',
      Tags: 'no tag-based access here',
    },
    create: async (p: z.output<typeof schema>, placement, cloud) => {
      const name = p.TableName ?? placement.physicalName(255);
      const run = engine(cloud);
      await run.run('CreateTable', {
        TableName: name,
        AttributeDefinitions: p.AttributeDefinitions,
        KeySchema: p.KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
        GlobalSecondaryIndexes: p.GlobalSecondaryIndexes?.map(onDemand),
        LocalSecondaryIndexes: p.LocalSecondaryIndexes?.map(onDemand),
      });
      while ((await run.run('DescribeTable', { TableName: name })).Table.TableStatus !== 'ACTIVE');
      const ttl = p.TimeToLiveSpecification;
      const arn = arnOf(cloud, 'dynamodb', `table/${name}`);
      tables.set(name, {
        name,
        arn,
        keyNames: p.KeySchema.map((k) => k.AttributeName),
        ttlAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
        kmsKey: p.SSESpecification?.SSEEnabled ? keyArn(cloud, p.SSESpecification.KMSMasterKeyId) : undefined,
      });
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}

const onDemand = ({ ProvisionedThroughput: _, ...rest }: z.output<typeof index>) => rest;
