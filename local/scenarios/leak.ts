import { HOUR } from '../traffic/types.ts';
import { expectThat } from './acts.ts';
import { creditStage, LATER, TURN } from './credit-stage.ts';
import type { Scenario } from './scenario.ts';

export const leak: Scenario = {
  name: 'leak',
  summary:
    'A column is filled from what happened after the decision: it tells the label, and no model is trained on it.',
  model: 'credit',
  open: (options) =>
    creditStage(options, [{ kind: 'leak', from: TURN }], async (r) => {
      await r.until(LATER);
      r.note(
        'collection_calls now holds the calls after the loan was paid out: nobody repaid who was called',
      );
      const since = r.journal.entries.length;
      await r.start('Retrain', { reason: 'a new column', by: 'operator' });
      const failed = await r.wait('retrain.failed', 6 * HOUR);
      expectThat(
        failed.detail.error === 'DatasetRejected',
        `the data should be rejected, it was ${failed.detail.error}: ${failed.detail.cause}`,
      );
      const { reason } = r.journal.of('dataset.rejected', since)[0]!.detail;
      expectThat(
        reason.includes('collection_calls: leakage'),
        `the rejection should name the column that leaks, it said: ${reason}`,
      );
      const trained = r.journal.of('training.completed', since).length;
      expectThat(trained === 0, 'no model may be trained on what gives the label away');
    }),
};
