import type { GoldenScores } from '../../contracts/artifact.ts';

export interface Comparison {
  readonly maxDifference: number;
  /** What is wrong first, or null when every score is as recorded. */
  readonly failure: string | null;
}

/** Compares what a version answers with what the model said at evaluation, row by row. */
export function compareScores(
  expected: GoldenScores['rows'],
  scores: readonly number[],
  tolerance: number,
): Comparison {
  if (scores.length !== expected.length)
    return { maxDifference: 0, failure: `${expected.length} rows asked, ${scores.length} scores answered` };
  let maxDifference = 0;
  let failure: string | null = null;
  expected.forEach((row, i) => {
    const score = scores[i]!;
    const difference = Math.abs(score - row.score);
    if (Number.isFinite(difference)) maxDifference = Math.max(maxDifference, difference);
    // Written so that NaN fails.
    if (!(difference <= tolerance))
      failure ??= `golden row ${i} scores ${score}, at evaluation ${row.score} (tolerance ${tolerance})`;
  });
  return { maxDifference, failure };
}
