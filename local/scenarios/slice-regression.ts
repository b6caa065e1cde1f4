import { expectThat } from './acts.ts';
import { creditStage, expectReasons, gain, LATER, rejected, TURN } from './credit-stage.ts';
import { at } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

export const sliceRegression: Scenario = {
  name: 'slice-regression',
  summary:
    'A candidate is better in total and worse in one region, whose records were negated for a week: the slice stops it.',
  model: 'credit',
  open: (options) =>
    creditStage(
      options,
      [
        { kind: 'channel', from: TURN },
        // Right again before the validation split begins: what is judged on is true.
        { kind: 'mislabelled', region: 'islands', from: TURN, to: at(7, 12) },
      ],
      async (r) => {
        await r.until(LATER);
        r.note(
          'A migration negated the outcomes of the islands for a week; the channels have begun to differ',
        );
        const gate = await rejected(r, 'ten days of new loans');
        expectThat(
          gain(gate) > 0.01,
          `the candidate should be better in total, its AUC differs by ${gain(gate)}`,
        );
        expectReasons(gate.reasons, /where region is 'islands' .* surely worse/);
      },
    ),
};
