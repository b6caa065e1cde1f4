import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ENV, EVENT_SOURCE } from '../../contracts/names.ts';
import type { ModelFunction } from '../lambda/model-function.ts';
import { allow } from '../shared/permissions.ts';

/** The platform's bus and its archive: the audit trail that can be replayed. */
export class PlatformBus extends Construct {
  readonly bus: EventBus;

  /** @param props.archiveDays how long events are kept, in days */
  constructor(scope: Construct, id: string, props: { readonly archiveDays: number }) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Domain events of Coalmine' });
    this.bus.archive('Archive', {
      description: 'Every domain event',
      eventPattern: { source: [EVENT_SOURCE] },
      retention: Duration.days(props.archiveDays),
    });
  }

  /** Lets a function announce what it did. */
  grantPublish(fn: ModelFunction): void {
    this.grantPublishTo(fn.role);
    fn.setEnvironment(ENV.eventBus, this.bus.eventBusName);
  }

  /** Lets a state machine announce what failed. */
  grantPublishTo(role: Role): void {
    allow(role, { actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] });
  }
}
