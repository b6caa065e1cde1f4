import type { PredictionLine } from '../../contracts/prediction.ts';
import type { ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease } from '../registry/transitions.ts';
import { CoalmineError, describeError } from '../shared/errors.ts';
import type { ActionInput, ReleaseDeps } from './deps.ts';
import { isInnocent } from './innocent.ts';
import { scorePsi } from './score-psi.ts';

/** Live rows that are replayed at most, and how many one request carries (both well within 6 MB and 1,000 rows). */
const MAX_ROWS = 500;
const CHUNK = 100;

/**
 * Asks the candidate what the champion was asked during the last minutes. The rows are as parsed, so that another
 * vocabulary can be asked the same. No traffic means no rows: the judge will miss them, not the shadow.
 * @throws CoalmineError ShadowFailed when the candidate fails or answers something that is not a number
 */
export async function shadow(
  deps: ReleaseDeps,
  { release: id }: ActionInput<ReleaseInput, 'shadow'>,
): Promise<{ readonly rows: number; readonly scorePsi: number | null }> {
  const { store, definition } = deps;
  const pointers = await store.pointers();
  const { version, slot } = ownRelease(pointers, id);
  const lambdaVersion = pointers.slots[slot]?.lambdaVersion;
  if (!lambdaVersion) throw new CoalmineError('InvalidInput', `release ${id} has not been prepared`);
  const to = deps.now();
  const lines =
    pointers.champion !== null && pointers.championSlot !== null
      ? await deps.lines.read({
          slot: pointers.championSlot,
          version: pointers.champion,
          from: new Date(to.getTime() - definition.release.shadowMinutes * 60_000),
          to,
          limit: MAX_ROWS,
        })
      : [];
  const scores: number[] = [];
  for (let i = 0; i < lines.length; i += CHUNK)
    scores.push(...(await ask(deps, lambdaVersion, lines.slice(i, i + CHUNK))));
  const result = {
    rows: lines.length,
    scorePsi: scorePsi(
      lines.map((l) => l.score),
      scores,
    ),
  };
  await deps.publish({ type: 'release.shadowed', model: definition.name, release: id, version, ...result });
  return result;
}

async function ask(deps: ReleaseDeps, lambdaVersion: string, lines: readonly PredictionLine[]) {
  const failed = (what: string, cause?: unknown) =>
    new CoalmineError(
      'ShadowFailed',
      `on live requests ${lines[0]?.predictionId} to ${lines.at(-1)?.predictionId}: ${what}`,
      { cause },
    );
  let scores: readonly number[];
  try {
    ({ scores } = await deps.inference.score(
      lambdaVersion,
      lines.map((l) => l.features),
    ));
  } catch (e) {
    if (isInnocent(e)) throw e;
    throw failed(describeError(e).message, e);
  }
  if (scores.length !== lines.length) throw failed(`${scores.length} scores for ${lines.length} rows`);
  const odd = scores.findIndex((s) => !Number.isFinite(s));
  if (odd >= 0) throw failed(`request ${lines[odd]!.predictionId} scores ${scores[odd]}`);
  return scores;
}
