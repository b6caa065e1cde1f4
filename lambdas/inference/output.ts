import type { FeatureRow } from '../../contracts/features.ts';
import { type EmfWriter, emfWriter } from './emf.ts';
import type { Sealed } from './sealed.ts';

/** What the answer to one prediction leaves in the log. */
export interface Answered {
  readonly predictionId: string;
  readonly entity: string;
  readonly features: FeatureRow;
  readonly score: number;
  /** Milliseconds, rounded to microseconds. */
  readonly latencyMs: number;
  readonly degraded: boolean;
}

/** The lines that requests leave on stdout: text to write at once, newline included. */
export interface Output {
  /** Prediction line and metrics of an answered prediction. */
  answered(at: Date, answered: Answered): string;
  /** Metrics of a prediction that failed, and what went wrong. */
  failed(at: Date, latencyMs: number, predictionId: string, error: unknown): string;
  /** Metrics of a request that was the client's mistake. */
  invalid(at: Date): string;
}

/** sha256 of the entity, first 16 hex digits: the log joins on it and does not tell who it is. */
export type HashEntity = (entity: string) => string;

const quote = (text: string) => JSON.stringify(text);

/** Prepares the output of one version; the fixed parts of each line are made once. */
export function createOutput(model: string, sealed: Sealed, hashEntity: HashEntity): Output {
  const writer = (names: Parameters<typeof emfWriter>[2]): EmfWriter => emfWriter(model, sealed.slot, names);
  // Errors 0 beside every prediction: without it a slot with no failure would have no error rate to be judged by.
  const good = writer(['predictions', 'errors', 'latency', 'degraded', 'score']);
  const bad = writer(['predictions', 'errors', 'latency']);
  const refused = writer(['invalidRequests']);
  const fixed = `"model":${quote(model)},"version":${sealed.version},"slot":"${sealed.slot}"`;
  return {
    answered: (at, a) =>
      `{"event":"prediction","predictionId":${quote(a.predictionId)},${fixed},"at":"${at.toISOString()}",` +
      `"entity":"${hashEntity(a.entity)}","features":${JSON.stringify(a.features)},"score":${a.score},` +
      `"latencyMs":${a.latencyMs},"degraded":${a.degraded}}\n` +
      `${good(at.getTime(), [1, 0, a.latencyMs, a.degraded ? 1 : 0, a.score])}\n`,
    failed: (at, latencyMs, predictionId, error) => {
      const e = error instanceof Error ? error : new Error(String(error));
      const said = { name: e.name, message: e.message, stack: e.stack };
      const line = { level: 'ERROR', message: 'the prediction failed', model, predictionId, error: said };
      return `${JSON.stringify(line)}\n${bad(at.getTime(), [1, 1, latencyMs])}\n`;
    },
    invalid: (at) => `${refused(at.getTime(), [1])}\n`,
  };
}
