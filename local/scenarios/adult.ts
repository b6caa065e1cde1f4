import { ADULT_DAYS, openAdultWorld } from '../traffic/adult.ts';
import { expectThat } from './acts.ts';
import { rejected } from './credit-stage.ts';
import { SUNDAY } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

/** Real data for fairness. */
export const adult: Scenario = {
  name: 'adult',
  summary:
    'Real data: a plain model of the census of 1994 is accurate and says of men three times as often as of women that they earn well; the disparate-impact gate stops it.',
  model: 'adult-income',
  needsData: true,
  open: ({ data }) => ({
    start: SUNDAY,
    world: openAdultWorld(data!, SUNDAY),
    async play(r) {
      r.fillLake(ADULT_DAYS);
      const { reasons, metrics } = await rejected(r, 'the plain model');
      const auc = metrics['golden.auc'] ?? 0;
      expectThat(auc > 0.9, `the plain model should be accurate, its golden AUC is ${auc}`);
      for (const set of ['golden', 'validation'])
        expectThat(
          reasons.some((reason) => reason.startsWith(`${set} disparateImpact of sex is 0.`)),
          `the disparate impact of sex should fail on the ${set} set: ${reasons.join('; ')}`,
        );
      const other = reasons.find((reason) => !reason.includes('disparateImpact'));
      expectThat(other === undefined, `nothing but fairness should be wrong with it: ${other}`);
      const registered = r.journal.of('version.registered').length;
      expectThat(registered === 0, 'what is not fair may not be registered');
    },
  }),
};
