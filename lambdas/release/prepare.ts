import { SEALED_ENV } from '../../contracts/names.ts';
import type { VersionItem } from '../../contracts/registry.ts';
import type { ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease, releasePrepared } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import { type ActionInput, authorOf, type ReleaseDeps } from './deps.ts';

/** What the inference function reads; the other sealed files are not served, and its environment holds 4 KB. */
const SERVED = ['model.onnx', 'signature.json'] as const;

/**
 * Seals model, version and slot into a published Lambda version. The Lambda version carries the release's id as its
 * description: a second attempt finds it and publishes none.
 */
export async function prepare(
  deps: ReleaseDeps,
  { release: id }: ActionInput<ReleaseInput, 'prepare'>,
): Promise<{ readonly lambdaVersion: string }> {
  const { version, slot } = ownRelease(await deps.store.pointers(), id);
  const item = await deps.store.version(version);
  if (!item) throw new CoalmineError('VersionNotFound', `version ${version} is not registered`);
  const lambdaVersion =
    (await deps.inference.published(id)) ?? (await deps.inference.publish(id, sealedEnv(item, slot)));
  await deps.store.change(
    authorOf(id, `published as Lambda version ${lambdaVersion}`),
    releasePrepared(id, lambdaVersion),
  );
  await deps.publish({
    type: 'release.prepared',
    model: deps.definition.name,
    release: id,
    version,
    slot,
    lambdaVersion,
  });
  return { lambdaVersion };
}

export function sealedEnv(item: VersionItem, slot: string): Record<string, string> {
  const files = SERVED.map((name) => {
    const file = item.artifact[name];
    if (!file)
      throw new CoalmineError(
        'VersionNotReleasable',
        `version ${item.version} has no ${name}: register again`,
      );
    return [name, file] as const;
  });
  return {
    [SEALED_ENV.version]: String(item.version),
    [SEALED_ENV.run]: item.run,
    [SEALED_ENV.slot]: slot,
    [SEALED_ENV.artifact]: JSON.stringify(Object.fromEntries(files)),
  };
}
