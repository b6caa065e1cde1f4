import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { Report, ReportData } from '../report/data.ts';
import type { World } from '../traffic/types.ts';

export interface ScenarioOptions {
  readonly seed: number;
  /** Path of `--data`, for scenarios that replay a file. */
  readonly data: string | undefined;
}

/** A stretch of life with an expected end. */
export interface Scenario {
  readonly name: string;
  /** One sentence: what happens and how it should end. */
  readonly summary: string;
  readonly model: string;
  /** Whether it needs `--data FILE`. */
  readonly needsData?: boolean;
  /** Sets the stage; no work is done yet. @throws Error with what is wrong with the data */
  open(options: ScenarioOptions): Stage;
}

export interface Stage {
  /** Virtual start, epoch milliseconds. */
  readonly start: number;
  readonly world: World;
  /** Share of predictions whose outcome is reported. @default 1 */
  readonly outcomeShare?: number;
  /**
   * Plays the scenario to its end.
   * @throws Unexpected where the world does not go as the summary says
   */
  play(rehearsal: Rehearsal): Promise<void>;
  /** Figures and series of this scenario's own, asked when it has ended. */
  figures?(rehearsal: Rehearsal): Report['figures'];
  series?(rehearsal: Rehearsal): Partial<ReportData['series']>;
}
