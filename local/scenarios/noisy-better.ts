import { expectThat } from './acts.ts';
import { creditStage, expectReasons, gain, LATER, rejected } from './credit-stage.ts';
import type { Scenario } from './scenario.ts';

/** Seeds that are tried at most: one in two looks better by chance. */
const ATTEMPTS = 10;

export const noisyBetter: Scenario = {
  name: 'noisy-better',
  summary:
    'Somebody retrains with one seed after another until a candidate looks better: the interval of the difference says that it was luck.',
  model: 'credit',
  open: (options) =>
    creditStage(options, [], async (r) => {
      await r.until(LATER);
      let lucky = false;
      for (let seed = 2; seed < 2 + ATTEMPTS && !lucky; seed++) {
        const by = 'operator';
        await r.registry({
          action: 'override-hyperparameters',
          hyperparameters: { seed },
          by,
          reason: 'luck',
        });
        const gate = await rejected(r, `seed ${seed}`);
        lucky = gain(gate) > 0;
        if (!lucky) continue;
        r.note(
          `With seed ${seed} the AUC is higher by ${gain(gate).toFixed(4)}, and the gate is not impressed`,
        );
        expectReasons(
          gate.reasons,
          /validation AUC .* a difference of 0.* but the interval must be at least 0\.01/,
        );
      }
      expectThat(lucky, `one of ${ATTEMPTS} seeds should look better`);
    }),
};
