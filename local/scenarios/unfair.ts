import { expectThat } from './acts.ts';
import { creditStage, expectReasons, gain, LATER, rejected, TURN } from './credit-stage.ts';
import type { Scenario } from './scenario.ts';

export const unfair: Scenario = {
  name: 'unfair',
  summary:
    'A candidate is better in total and treats two groups unequally: the disparate-impact gate stops it, and nothing else would have.',
  model: 'credit',
  open: (options) =>
    creditStage(options, [{ kind: 'district', from: TURN }], async (r) => {
      await r.until(LATER);
      r.note('Where applicants live has begun to decide who repays, and groups live in different districts');
      const gate = await rejected(r, 'ten days of new loans');
      expectThat(
        gain(gate) > 0.01,
        `the candidate should be better in total, its AUC differs by ${gain(gate)}`,
      );
      expectReasons(gate.reasons, /disparateImpact of group is 0\.\d+ .* must be at least 0\.8/);
    }),
};
