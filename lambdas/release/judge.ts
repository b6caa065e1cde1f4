import type { Pointers, Release } from '../../contracts/registry.ts';
import type { JudgeOutput, ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { ActionInput, ReleaseDeps } from './deps.ts';
import { scorePsi } from './score-psi.ts';
import { judgeStep } from './verdict.ts';

/** Scores of each slot that are compared: more make a PSI no better, and a page of log holds about as many. */
const MAX_SCORES = 2000;

/** Judges the candidate on what it did since the weight was shifted. */
export async function judge(
  deps: ReleaseDeps,
  { release: id }: ActionInput<ReleaseInput, 'judge'>,
): Promise<JudgeOutput> {
  const { definition } = deps;
  const pointers = await deps.store.pointers();
  const release = ownRelease(pointers, id);
  const { slot, version, weight } = release;
  const lambdaVersion = pointers.slots[slot]?.lambdaVersion;
  if (!lambdaVersion || release.state !== 'canary')
    throw new CoalmineError(
      'InvalidInput',
      `release ${id} is at ${release.state}: there is nothing to judge`,
    );
  const from = new Date(release.stepSince);
  const to = deps.now();
  const [sample, psi] = await Promise.all([
    deps.metrics.read(slot, weight < 100 ? lambdaVersion : null, from, to),
    liveScorePsi(deps, pointers, release, from, to),
  ]);
  const verdict = judgeStep({ ...sample, scorePsi: psi }, definition);
  await deps.publish({
    type: 'release.judged',
    model: definition.name,
    release: id,
    version,
    weight,
    verdict: verdict.verdict,
    reasons: [...verdict.reasons],
    samples: verdict.samples,
  });
  return verdict;
}

/** Null when there is nobody to compare with (the champion has no traffic at 100 %) or too little of either. */
async function liveScorePsi(
  deps: ReleaseDeps,
  { champion, championSlot }: Pointers,
  { slot, version, weight }: Release,
  from: Date,
  to: Date,
): Promise<number | null> {
  if (champion === null || championSlot === null || weight === 100) return null;
  const [theirs, ours] = await Promise.all([
    deps.lines.read({ slot: championSlot, version: champion, from, to, limit: MAX_SCORES }),
    deps.lines.read({ slot, version, from, to, limit: MAX_SCORES }),
  ]);
  const { minSamples } = deps.definition.release;
  if (theirs.length < minSamples || ours.length < minSamples) return null;
  return scorePsi(
    theirs.map((l) => l.score),
    ours.map((l) => l.score),
  );
}
