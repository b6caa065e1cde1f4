/** The decision of one check: how long drift has lasted, and whether a retrain is asked for. */
export interface Decision {
  /** Consecutive drifted checks, this one included. */
  readonly streak: number;
  readonly retrain: 'no' | 'request' | 'suppress';
  readonly reason: string;
}

export interface DecisionInput {
  /** Null: the check was undecided. */
  readonly drifted: readonly string[] | null;
  /** Streak after the check before, 0 if there was none. */
  readonly previousStreak: number;
  /** Consecutive drifted checks that ask for a retrain. */
  readonly patience: number;
  readonly cooldownHours: number;
  /** Start of the last retrain, or the last request for one, whichever is later; epoch milliseconds. */
  readonly lastRetrainMs: number | null;
  readonly nowMs: number;
}

/**
 * Drift asks for a retrain after `patience` consecutive drifted checks, and never within `cooldown` of the last
 * retrain. An undecided check neither breaks nor extends a streak.
 */
export function decide(input: DecisionInput): Decision {
  const { drifted, previousStreak, patience, cooldownHours, lastRetrainMs, nowMs } = input;
  if (drifted === null) return { streak: previousStreak, retrain: 'no', reason: 'the check was undecided' };
  if (drifted.length === 0) return { streak: 0, retrain: 'no', reason: 'no drift' };
  const streak = previousStreak + 1;
  const what = `${drifted.join(', ')} drifted in ${streak} consecutive checks`;
  if (streak < patience) return { streak, retrain: 'no', reason: `${what}, ${patience} ask for a retrain` };
  const hours = lastRetrainMs === null ? Number.POSITIVE_INFINITY : (nowMs - lastRetrainMs) / 3_600_000;
  if (hours < cooldownHours)
    return {
      streak,
      retrain: 'suppress',
      reason: `${what}, but the last retrain is ${hours.toFixed(1)} h ago and the cooldown is ${cooldownHours} h`,
    };
  return { streak, retrain: 'request', reason: what };
}
