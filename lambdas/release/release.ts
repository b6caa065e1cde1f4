import type { ReleaseInput } from '../../contracts/steps.ts';
import { abandon } from './abandon.ts';
import { begin } from './begin.ts';
import type { ReleaseDeps } from './deps.ts';
import { approve, enter } from './enter.ts';
import { judge } from './judge.ts';
import { prepare } from './prepare.ts';
import { promote } from './promote.ts';
import { recover } from './recover.ts';
import { shadow } from './shadow.ts';
import { shift } from './shift.ts';
import { smoke } from './smoke.ts';

/** One action of the release machine. */
export const createRelease = (deps: ReleaseDeps) => (input: ReleaseInput) => {
  switch (input.action) {
    case 'begin':
      return begin(deps, input);
    case 'prepare':
      return prepare(deps, input);
    case 'smoke':
      return smoke(deps, input);
    case 'enter':
      return enter(deps, input);
    case 'approve':
      return approve(deps, input);
    case 'shadow':
      return shadow(deps, input);
    case 'shift':
      return shift(deps, input);
    case 'judge':
      return judge(deps, input);
    case 'promote':
      return promote(deps, input);
    case 'abandon':
      return abandon(deps, input);
    case 'recover':
      return recover(deps, input);
  }
};
