import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ENV } from '../../contracts/names.ts';
import { registryKeys, TTL_ATTRIBUTE } from '../../contracts/registry.ts';
import type { ModelFunction } from '../lambda/model-function.ts';
import { allow } from '../shared/permissions.ts';
import type { StageSettings } from '../shared/stage.ts';
import type { DataKey } from './data-key.ts';

export interface RegistryTableProps {
  readonly dataKey: DataKey;
  readonly settings: StageSettings;
}

/** The registry: who serves, made from what, released when. */
export class RegistryTable extends Construct {
  readonly table: Table;
  private readonly dataKey: DataKey;

  constructor(scope: Construct, id: string, props: RegistryTableProps) {
    super(scope, id);
    this.dataKey = props.dataKey;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.dataKey.key,
      timeToLiveAttribute: TTL_ATTRIBUTE,
      deletionProtection: props.settings.deletionProtection,
      removalPolicy: props.settings.removalPolicy,
    });
  }

  /** Reading the items of the function's model, and no other's. */
  grantRead(fn: ModelFunction): void {
    this.grant(fn, ['dynamodb:GetItem', 'dynamodb:Query']);
  }

  /** Reading and changing the items of the function's model; nobody may delete one. */
  grantReadWrite(fn: ModelFunction): void {
    this.grant(fn, [
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:ConditionCheckItem',
    ]);
  }

  private grant(fn: ModelFunction, actions: readonly string[]): void {
    allow(fn.role, {
      actions,
      resources: [this.table.tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [registryKeys.pk(fn.model)] },
      },
    });
    this.dataKey.grantEncryptDecrypt(fn.role);
    fn.setEnvironment(ENV.registryTable, this.table.tableName);
  }
}
