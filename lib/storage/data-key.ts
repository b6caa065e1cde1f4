import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allow } from '../shared/permissions.ts';

/** The one customer-managed key of a stage. */
export class DataKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: { readonly removalPolicy: RemovalPolicy }) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Coalmine: data, registry, logs and notifications',
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
    this.allowLogGroups();
    this.allowPublishers();
  }

  grantDecrypt(role: Role): void {
    allow(role, { actions: ['kms:Decrypt'], resources: [this.key.keyArn] });
  }

  /** Writing needs a data key; a multipart upload or a conditional update reads back what it wrote. */
  grantEncryptDecrypt(role: Role): void {
    allow(role, { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.key.keyArn] });
  }

  /** Log groups of this account, and only while they use the key for themselves. */
  private allowLogGroups(): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
          },
        },
      }),
    );
  }

  /**
   * Services that publish to the encrypted topic: rules of the bus, and alarms. No condition on the source: EventBridge
   * sends none that a policy could test. Whom they publish for is the topic's own policy.
   */
  private allowPublishers(): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [
          new ServicePrincipal('events.amazonaws.com'),
          new ServicePrincipal('cloudwatch.amazonaws.com'),
        ],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
    );
  }
}
