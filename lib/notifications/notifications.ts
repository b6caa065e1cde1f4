import { Aws } from 'aws-cdk-lib';
import type { IAlarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { DomainEventType } from '../../contracts/events.ts';
import { EVENT_SOURCE } from '../../contracts/names.ts';
import { DeadLetters } from '../shared/dead-letters.ts';

/** What people must see: failures, promotions, rollbacks, and what waits for them. */
export const NOTIFIED: readonly DomainEventType[] = [
  'dataset.rejected',
  'retrain.failed',
  'gate.failed',
  'release.approval-requested',
  'release.promoted',
  'release.failed',
  'rollback.started',
  'release.rolled-back',
  'rollback.failed',
  'drift.detected',
  'drift.failed',
];

export interface NotificationsProps {
  readonly bus: IEventBus;
  readonly key: IKey;
}

/** The topic that people subscribe to, fed by the bus and by alarms. */
export class Notifications extends Construct {
  readonly topic: Topic;
  readonly deadLetters: DeadLetters;
  private readonly action: IAlarmAction;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Coalmine',
      masterKey: props.key,
      enforceSSL: true,
    });
    this.deadLetters = new DeadLetters(this, 'DeadLetters');
    this.action = new SnsAction(this.topic);
    this.allowAlarms();
    this.feedFromBus(props.bus);
  }

  /** Sends the alarm, and its end, to people. */
  notify(alarm: IAlarm & { addAlarmAction: AddAction; addOkAction: AddAction }): void {
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
  }

  private allowAlarms(): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }

  private feedFromBus(bus: IEventBus): void {
    new Rule(this, 'Rule', {
      description: 'Domain events that people must see',
      eventBus: bus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [...NOTIFIED] },
      targets: [new SnsTopic(this.topic, { deadLetterQueue: this.deadLetters.queue, retryAttempts: 20 })],
    });
  }
}

type AddAction = (...actions: IAlarmAction[]) => void;
