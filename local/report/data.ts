import type { DomainEventType } from '../../contracts/events.ts';

/** [virtual epoch milliseconds, value] */
export type Point = readonly [number, number];

export interface TimelineEntry {
  /** ISO 8601, virtual. */
  readonly at: string;
  readonly type: DomainEventType;
  /** The event without model, type and time. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What the scenario did to the world: a campaign begins, a fault is injected. Not an event of the platform. */
export interface Note {
  readonly at: string;
  readonly text: string;
}

export type FigureValue = number | string | null;

/** `report.json`. */
export interface Report {
  readonly scenario: string;
  readonly model: string;
  readonly seed: number;
  /** `as expected`, or why not. */
  readonly ended: string;
  readonly wallSeconds: number;
  readonly timeline: readonly TimelineEntry[];
  readonly figures: Readonly<Record<string, FigureValue>>;
}

/** What the HTML report draws beside. */
export interface ReportData extends Report {
  readonly summary: string;
  /** Virtual start and end, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly notes: readonly Note[];
  readonly series: {
    /** Share of traffic in percent, by version; a step line. */
    readonly weights: Readonly<Record<string, readonly Point[]>>;
    /** By slot, percent of predictions that failed. */
    readonly errorRate: Readonly<Record<string, readonly Point[]>>;
    /** By slot, milliseconds. */
    readonly p99: Readonly<Record<string, readonly Point[]>>;
    /** One drift check each: PSI by feature. */
    readonly psi: readonly { readonly at: number; readonly values: Readonly<Record<string, number>> }[];
    /** By what is measured (e.g. `golden`, `validation`): one value a version. */
    readonly aucByVersion: readonly {
      readonly version: number;
      readonly golden: number | null;
      readonly validation: number | null;
    }[];
    /** AUC on live outcomes over time, by who is judged (e.g. `with retraining`, `never retrained`). */
    readonly liveAuc: Readonly<Record<string, readonly Point[]>>;
  };
  readonly thresholds: { readonly errorRate: number; readonly p99Ms: number; readonly psi: number };
}
