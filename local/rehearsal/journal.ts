import { type DomainEventOf, type DomainEventType, domainEventSchema } from '../../contracts/events.ts';
import { EVENT_SOURCE } from '../../contracts/names.ts';
import type { CloudEvent } from '../cloud/services/internal.ts';
import type { Note, TimelineEntry } from '../report/data.ts';

/** An entry of a known type, its detail typed. */
export interface Entry<T extends DomainEventType = DomainEventType> {
  readonly at: number;
  readonly type: T;
  readonly detail: DomainEventOf<T>;
}

export interface JournalListener {
  entry(entry: TimelineEntry): void;
  note(note: Note): void;
}

/** What happened, in order: the platform's own events from its bus, and what the scenario did to the world. */
export class Journal {
  readonly entries: Entry[] = [];
  readonly notes: Note[] = [];
  /** Events on the bus that are not as the contract says. */
  readonly malformed: string[] = [];
  readonly #now: () => number;
  readonly #listener: JournalListener;

  constructor(now: () => number, listener: JournalListener) {
    this.#now = now;
    this.#listener = listener;
  }

  /** Takes an event from the bus; others than the platform's are passed over. */
  hear(event: CloudEvent): void {
    if (event.source !== EVENT_SOURCE) return;
    const parsed = domainEventSchema.safeParse({ ...event.detail, type: event['detail-type'] });
    if (!parsed.success) {
      this.malformed.push(
        `${event['detail-type']}: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`,
      );
      return;
    }
    const entry = { at: this.#now(), type: parsed.data.type, detail: parsed.data } as Entry;
    this.entries.push(entry);
    this.#listener.entry(toTimeline(entry));
  }

  note(text: string): void {
    const note = { at: new Date(this.#now()).toISOString(), text };
    this.notes.push(note);
    this.#listener.note(note);
  }

  /** Entries of a type, from index `since` of all entries. */
  of<T extends DomainEventType>(type: T, since = 0): Entry<T>[] {
    return this.entries.slice(since).filter((e) => e.type === type) as unknown as Entry<T>[];
  }

  timeline(): TimelineEntry[] {
    return this.entries.map(toTimeline);
  }
}

function toTimeline(entry: Entry): TimelineEntry {
  const { type: _type, model: _model, at: _at, ...detail } = entry.detail as Record<string, unknown>;
  return { at: new Date(entry.at).toISOString(), type: entry.type, detail };
}
