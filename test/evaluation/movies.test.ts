import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { assessRanking } from '../../lambdas/evaluation/assess-ranking.ts';
import { seededBits } from '../../lambdas/shared/statistics/random.ts';

/** MovieTweetings (Dooms, De Pessemier and Martens, 2013), 100,000 ratings; not part of the project. */
const FILE = new URL('../../../shared/data/movietweetings/ratings.dat', import.meta.url).pathname;
/** Ratings are 0 to 10; from here on a film was liked. */
const LIKED = 8;
const skipped = existsSync(FILE) ? '' : ' (SKIPPED: its data file is not beside the checkout)';

it.skipIf(skipped !== '')(
  `real ratings: popularity ranks better than chance and shows less of the tail${skipped}`,
  () => {
    const ratings = readFileSync(FILE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('::'))
      .map(([user, film, rating, at]) => ({
        user: user!,
        film: film!,
        liked: Number(rating) >= LIKED,
        at: Number(at),
      }))
      .sort((a, b) => a.at - b.at);
    const split = Math.floor(ratings.length * 0.8);
    const likes = new Map<string, number>();
    for (const { film, liked } of ratings.slice(0, split))
      likes.set(film, (likes.get(film) ?? 0) + Number(liked));
    const later = ratings.slice(split);
    const bits = seededBits(3);
    const { candidate, champion, difference } = assessRanking(
      {
        labels: Uint8Array.from(later, (r) => Number(r.liked)),
        queries: later.map((r) => r.user),
        items: later.map((r) => r.film),
        candidate: Float64Array.from(later, (r) => likes.get(r.film) ?? 0),
        champion: Float64Array.from(later, bits),
      },
      5,
      { threshold: 0.5, resamples: 200, seed: 1 },
    );
    expect(candidate.rows).toBe(20_000);
    expect(difference!.ndcg!.low).toBeGreaterThan(0);
    expect(difference!.map!.low).toBeGreaterThan(0);
    expect(difference!.coverage!.value).toBeLessThan(0);
    expect(candidate.metrics.longTailLift!.high).toBeLessThan(1);
    // Chance is what the lift is measured by.
    const { low, high } = champion!.metrics.longTailLift!;
    expect([low! < 1, high! > 1]).toEqual([true, true]);
  },
);
