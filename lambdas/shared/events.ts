import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type DomainEvent, domainEventSchema } from '../../contracts/events.ts';
import { EVENT_SOURCE } from '../../contracts/names.ts';

type Undated<E> = E extends DomainEvent ? Omit<E, 'at'> & { readonly at?: string } : never;
/** A domain event; `at` may be left to the publisher's clock. */
export type Announcement = Undated<DomainEvent>;
/** Announces one domain event. Rejects when the bus did not take it. */
export type Publish = (event: Announcement) => Promise<void>;

/**
 * A publisher of domain events on the platform's bus.
 * @param client anything that sends PutEvents
 * @param busName name or ARN of the event bus
 * @param clock dates events that carry no `at`
 */
export function createPublisher(
  client: Pick<EventBridgeClient, 'send'>,
  busName: string,
  clock: () => Date = () => new Date(),
): Publish {
  return async (event) => {
    const { type, ...detail } = domainEventSchema.parse({ at: clock().toISOString(), ...event });
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: busName,
            Source: EVENT_SOURCE,
            DetailType: type,
            Detail: JSON.stringify(detail),
            Time: new Date(detail.at),
          },
        ],
      }),
    );
    // PutEvents answers 200 even when it took none of the entries.
    if (answer.FailedEntryCount) {
      const entry = answer.Entries?.[0];
      throw new Error(`event ${type} was not taken: ${entry?.ErrorCode} ${entry?.ErrorMessage}`);
    }
  };
}
