import { createHash } from 'node:crypto';
import type { PolicyDocument, Shape } from '../../types.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, Shape>>;
  readonly sentAt: number;
  /** Not to be received before. */
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  receipt: string | undefined;
  readonly group: string | undefined;
}

export interface QueueOptions {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly fifo: boolean;
  readonly delayMs: number;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly kmsKey: string | undefined;
  readonly redrive: { readonly arn: string; readonly maxReceives: number } | undefined;
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** One queue. Times are virtual epoch milliseconds. */
export class Queue {
  readonly options: QueueOptions;
  policy: PolicyDocument | undefined;
  #messages: Message[] = [];
  readonly #deduplicated = new Map<string, number>();

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** A FIFO queue takes a message of one deduplication id once in five minutes. */
  duplicate(deduplicationId: string | undefined, now: number): boolean {
    if (!this.options.fifo || deduplicationId === undefined) return false;
    const before = this.#deduplicated.get(deduplicationId);
    if (before !== undefined && now - before < 300_000) return true;
    this.#deduplicated.set(deduplicationId, now);
    return false;
  }

  push(message: Message): void {
    this.#messages.push(message);
  }

  /** Messages a receiver gets now; those received too often go to `deadLetter` instead. */
  receive(
    now: number,
    max: number,
    visibilityMs: number,
    receipt: () => string,
    deadLetter: (message: Message) => void,
  ): Message[] {
    this.expire(now);
    const out: Message[] = [];
    // A group with a message in flight waits, so that its order holds.
    const busy = new Set(
      this.options.fifo
        ? this.#messages.filter((m) => m.visibleAt > now && m.receipt).map((m) => m.group)
        : [],
    );
    for (const message of [...this.#messages]) {
      if (out.length >= max) break;
      if (message.visibleAt > now || (message.group !== undefined && busy.has(message.group))) continue;
      const { redrive } = this.options;
      if (redrive && message.receives >= redrive.maxReceives) {
        this.#remove(message);
        deadLetter(message);
        continue;
      }
      message.receives++;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + visibilityMs;
      message.receipt = receipt();
      out.push(message);
    }
    return out;
  }

  byReceipt(receipt: string): Message | undefined {
    return this.#messages.find((m) => m.receipt === receipt);
  }

  delete(receipt: string): void {
    const found = this.byReceipt(receipt);
    if (found) this.#remove(found);
  }

  purge(): void {
    this.#messages = [];
  }

  expire(now: number): void {
    this.#messages = this.#messages.filter((m) => now - m.sentAt < this.options.retentionMs);
  }

  counts(now: number): { visible: number; inFlight: number; delayed: number } {
    this.expire(now);
    const waiting = this.#messages.filter((m) => m.visibleAt > now);
    const inFlight = waiting.filter((m) => m.receipt).length;
    return {
      visible: this.#messages.length - waiting.length,
      inFlight,
      delayed: waiting.length - inFlight,
    };
  }

  /** Age of the oldest message, milliseconds; 0 for an empty queue. */
  oldestAge(now: number): number {
    return this.#messages.length === 0 ? 0 : now - Math.min(...this.#messages.map((m) => m.sentAt));
  }

  #remove(message: Message): void {
    this.#messages.splice(this.#messages.indexOf(message), 1);
  }
}
