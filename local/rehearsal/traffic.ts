import type { VirtualClock } from '../cloud/clock.ts';
import { HOUR, type World, type WorldEvent } from '../traffic/types.ts';
import type { Answer, ApiClient } from './api-client.ts';

/** What a prediction came to. */
export interface Asked {
  readonly event: WorldEvent;
  readonly answer: Answer;
}

/**
 * Plays a world's events against the API on the virtual clock: each prediction at its time, each outcome when it is
 * known. Requests of one instant go one after the other, so that the same seed gives the same history.
 */
export class Traffic {
  readonly #world: World;
  readonly #client: ApiClient;
  readonly #clock: VirtualClock;
  #until = 0;
  #sent = 0;
  readonly #listeners: ((asked: Asked) => void)[] = [];
  /** Share of answered predictions whose outcome is reported. */
  readonly #outcomeShare: number;

  constructor(world: World, client: ApiClient, clock: VirtualClock, outcomeShare = 1) {
    this.#world = world;
    this.#client = client;
    this.#clock = clock;
    this.#outcomeShare = outcomeShare;
  }

  /** Predictions sent so far. */
  get sent(): number {
    return this.#sent;
  }

  onAnswer(listener: (asked: Asked) => void): void {
    this.#listeners.push(listener);
  }

  /** Plays from now until `until` (virtual epoch milliseconds). */
  play(until: number): void {
    this.#until = until;
    this.#hour(this.#clock.now());
  }

  #hour(from: number): void {
    const to = Math.min(this.#until, from - (from % HOUR) + HOUR);
    for (const event of this.#world.events(from, to))
      this.#clock.at(event.at, 'prediction', () => this.#ask(event));
    if (to < this.#until) this.#clock.at(to, 'next hour of traffic', () => this.#hour(to));
  }

  async #ask(event: WorldEvent): Promise<void> {
    const answer = await this.#client.predict({
      predictionId: event.id,
      entity: event.entity,
      features: event.features,
    });
    this.#sent++;
    for (const listener of this.#listeners) listener({ event, answer });
    if (answer.status !== 200 || !this.#reported()) return;
    const { id: predictionId, label, outcomeAt } = event;
    this.#clock.at(outcomeAt, 'outcome', () =>
      this.#client.report({ predictionId, label, at: new Date(outcomeAt).toISOString() }),
    );
  }

  /** Evenly spread, not drawn: `outcomeShare` of the predictions. */
  #reported(): boolean {
    return Math.floor(this.#sent * this.#outcomeShare) > Math.floor((this.#sent - 1) * this.#outcomeShare);
  }
}
