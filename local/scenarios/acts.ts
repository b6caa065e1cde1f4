import type { Entry } from '../rehearsal/journal.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { Unexpected } from '../rehearsal/unexpected.ts';
import { HOUR } from '../traffic/types.ts';

/** Longest virtual time that a retrain or a release without traffic may take before the rehearsal gives up on it. */
const PATIENCE = 12 * HOUR;

/** @throws Unexpected with the message where the condition does not hold */
export function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Unexpected(otherwise);
}

/** An operator starts a retrain by hand; returns the number of the version that it registers. */
export async function retrain(r: Rehearsal, reason: string): Promise<number> {
  await r.start('Retrain', { reason, by: 'operator' });
  const since = r.journal.entries.length;
  const failed = (): boolean => r.journal.of('retrain.failed', since).length > 0;
  const registered = (): Entry<'version.registered'> | undefined =>
    r.journal.of('version.registered', since)[0];
  await r.running.cloud.clock.advanceUntil(() => failed() || registered() !== undefined, r.now + PATIENCE);
  const version = registered();
  if (version) return version.detail.version;
  const failure = r.journal.of('retrain.failed', since)[0]?.detail;
  throw new Unexpected(
    failure
      ? `the retrain failed at ${failure.step}: ${failure.error} ${failure.cause}`
      : 'the retrain did not end',
  );
}

/** The first champion: retrained from history, released at once as there is nobody to compare it with. */
export async function firstChampion(r: Rehearsal): Promise<number> {
  const version = await retrain(r, 'the first model');
  const promoted = r.journal.of('release.promoted').length > 0;
  if (!promoted) {
    if (r.definition.release.start !== 'on-registration')
      await r.start('Release', { version, by: 'operator', reason: 'the first model' });
    await r.wait('release.promoted', PATIENCE);
  }
  return version;
}

/** Who serves, by the registry and by the alias; they must agree. */
export async function expectChampion(r: Rehearsal, version: number): Promise<void> {
  const { champion, release, lambdaVersion } = await pointers(r);
  expectThat(champion === version, `version ${version} should be champion, the registry says ${champion}`);
  expectThat(release === null, `no release should be running, the registry says ${JSON.stringify(release)}`);
  const alias = await r.call('lambda', 'GetAlias', {
    FunctionName: r.outputs.InferenceFunctionName,
    Name: 'live',
  });
  const weights = Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
  expectThat(
    weights.length === 0,
    `the champion should serve alone, the alias also routes to ${weights.join(', ')}`,
  );
  expectThat(
    alias.FunctionVersion === lambdaVersion,
    `the alias serves Lambda version ${alias.FunctionVersion}, the champion is in ${lambdaVersion}`,
  );
}

interface Serving {
  readonly champion: number | null;
  readonly release: unknown;
  readonly lambdaVersion: string | undefined;
}

async function pointers(r: Rehearsal): Promise<Serving> {
  const info = await r.pointers();
  const slot = info.championSlot;
  return {
    champion: info.champion,
    release: info.release,
    lambdaVersion: slot === null ? undefined : info.slots[slot]?.lambdaVersion,
  };
}

/** Every request so far was answered; `allowed` are statuses that the scenario provokes. */
export function expectAnswered(r: Rehearsal, allowed: readonly number[] = []): void {
  for (const [status, count] of r.client.statuses)
    expectThat(
      status === 200 || status === 202 || allowed.includes(status),
      `${count} requests were answered with ${status}`,
    );
}
