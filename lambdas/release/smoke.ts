import { type GoldenScores, goldenScoresSchema, SMOKE_TOLERANCE } from '../../contracts/artifact.ts';
import type { ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease } from '../registry/transitions.ts';
import { getBytes, sha256 } from '../shared/clients.ts';
import { CoalmineError, describeError } from '../shared/errors.ts';
import { compareScores } from './compare.ts';
import type { ActionInput, ReleaseDeps } from './deps.ts';
import { isInnocent } from './innocent.ts';

/**
 * Warms the published version up and asks it the golden rows whose scores evaluation recorded.
 * @throws CoalmineError SmokeTestFailed when it crashes, answers an error or answers differently
 */
export async function smoke(
  deps: ReleaseDeps,
  { release: id }: ActionInput<ReleaseInput, 'smoke'>,
): Promise<{ readonly rows: number; readonly maxDifference: number }> {
  const { store, definition } = deps;
  const pointers = await store.pointers();
  const { version, slot } = ownRelease(pointers, id);
  const lambdaVersion = pointers.slots[slot]?.lambdaVersion;
  if (!lambdaVersion) throw new CoalmineError('InvalidInput', `release ${id} has not been prepared`);
  const { rows } = await goldenScores(deps, version);
  const ask = async (some: GoldenScores['rows']) => {
    try {
      return await deps.inference.score(
        lambdaVersion,
        some.map((r) => r.features),
      );
    } catch (cause) {
      if (isInnocent(cause)) throw cause;
      const { message } = describeError(cause);
      throw new CoalmineError('SmokeTestFailed', `version ${version} (Lambda ${lambdaVersion}): ${message}`, {
        cause,
      });
    }
  };
  await ask(rows.slice(0, 1));
  const answer = await ask(rows);
  const { failure, maxDifference } = compareScores(rows, answer.scores, SMOKE_TOLERANCE);
  const wrong =
    answer.version !== version ? `asked version ${version}, version ${answer.version} answered` : failure;
  if (wrong) throw new CoalmineError('SmokeTestFailed', `version ${version}: ${wrong}`);
  const result = { rows: rows.length, maxDifference };
  await deps.publish({
    type: 'release.smoke-tested',
    model: definition.name,
    release: id,
    version,
    ...result,
  });
  return result;
}

async function goldenScores(deps: ReleaseDeps, version: number): Promise<GoldenScores> {
  const pin = (await deps.store.version(version))?.artifact['golden-scores.json'];
  if (!pin) throw new CoalmineError('SmokeTestFailed', `version ${version} has no recorded golden scores`);
  const { bytes } = await getBytes(deps.objects, deps.artifactBucket, pin.key, pin.versionId);
  if (sha256(bytes) !== pin.sha256)
    throw new CoalmineError('SmokeTestFailed', `${pin.key} is not what was registered: its hash differs`);
  const parsed = goldenScoresSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success || parsed.data.rows.length === 0)
    throw new CoalmineError('SmokeTestFailed', `${pin.key} holds no valid golden rows`);
  return parsed.data;
}
