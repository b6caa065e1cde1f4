import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { ApiAccount } from '../inference/api-account.ts';
import { Notifications } from '../notifications/notifications.ts';
import type { StageSettings } from '../shared/stage.ts';
import { DataBuckets } from '../storage/data-buckets.ts';
import { DataKey } from '../storage/data-key.ts';
import { PlatformBus } from '../storage/event-bus.ts';
import { RegistryTable } from '../storage/registry-table.ts';

export interface StorageStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly models: readonly ModelDefinition[];
}

/** Shared and stateful: what must survive every other stack. */
export class StorageStack extends Stack {
  readonly dataKey: DataKey;
  readonly buckets: DataBuckets;
  readonly registry: RegistryTable;
  readonly platformBus: PlatformBus;
  readonly notifications: Notifications;

  constructor(scope: Construct, id: string, props: StorageStackProps) {
    super(scope, id, props);
    const { settings, models } = props;
    this.dataKey = new DataKey(this, 'DataKey', { removalPolicy: settings.removalPolicy });
    const dataKey = this.dataKey;
    this.buckets = new DataBuckets(this, 'Data', { dataKey, settings, models });
    this.registry = new RegistryTable(this, 'Registry', { dataKey, settings });
    this.platformBus = new PlatformBus(this, 'Events', { archiveDays: longestLogDays(models) });
    this.notifications = new Notifications(this, 'Notifications', {
      bus: this.platformBus.bus,
      key: dataKey.key,
    });
    new ApiAccount(this, 'ApiAccount');
    this.createOutputs();
  }

  private createOutputs(): void {
    const outputs = {
      RawBucketName: this.buckets.raw.name,
      DatasetBucketName: this.buckets.datasets.name,
      ArtifactBucketName: this.buckets.artifacts.name,
      PredictionBucketName: this.buckets.predictions.name,
      RegistryTableName: this.registry.table.tableName,
      EventBusName: this.platformBus.bus.eventBusName,
      TopicArn: this.notifications.topic.topicArn,
      KeyArn: this.dataKey.key.keyArn,
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}

/** Events are the audit trail of every model: kept as long as the most demanding one asks. */
const longestLogDays = (models: readonly ModelDefinition[]) =>
  Math.max(1, ...models.map((m) => m.retention.logDays));
