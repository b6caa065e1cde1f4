import { instanceTypesOf, type Trainer } from '../../contracts/trainer.ts';
import type { Attempt } from '../../contracts/training.ts';
import { CoalmineError } from '../shared/errors.ts';

/**
 * Seconds before each try of one type: shortages last minutes to hours. Choices of ours; a spot job also waits inside
 * SageMaker, up to `maxWaitHours`.
 */
const WAITS = [0, 300, 900, 2700] as const;

export interface Choice {
  readonly instanceType: string;
  readonly waitSeconds: number;
  /** Types that may yet be tried, this one included. */
  readonly left: readonly string[];
}

/**
 * What to train on after these attempts, none of which found instances: each type a few times, then the next.
 * @throws CoalmineError CapacityExhausted naming every type and what was said of it last
 */
export function chooseInstances(trainer: Trainer, attempts: readonly Attempt[]): Choice {
  const types = instanceTypesOf(trainer);
  const left = types.slice(Math.floor(attempts.length / WAITS.length));
  const [instanceType] = left;
  if (instanceType !== undefined)
    return { instanceType, waitSeconds: WAITS[attempts.length % WAITS.length]!, left };
  const said = (type: string) =>
    attempts.findLast((a) => a.instanceType === type)?.reason ?? 'no reason given';
  throw new CoalmineError(
    'CapacityExhausted',
    `no instances after ${WAITS.length} tries of each type: ${types.map((t) => `${t} (${said(t)})`).join('; ')}. ` +
      'Ask AWS for a higher quota, or name other trainer.fallbackInstanceTypes',
  );
}
