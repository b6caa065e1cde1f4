import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../local/scenarios/index.ts';
import { rehearse } from './rehearse.ts';

/** Data of the scenarios that replay a file; not part of the project. */
const DATA: Record<string, string> = {
  replay: new URL('../../../shared/data/bank_marketing/bank-additional-full.csv', import.meta.url).pathname,
  adult: new URL('../../../shared/data/adult/adult.data', import.meta.url).pathname,
};

describe('every scenario ends as expected', () => {
  for (const scenario of SCENARIOS) {
    const data = scenario.needsData ? DATA[scenario.name] : undefined;
    const lacking = scenario.needsData === true && (data === undefined || !existsSync(data));
    it.skipIf(lacking)(
      `${scenario.name}${lacking ? ' (SKIPPED: its data file is not beside the checkout)' : ''}`,
      async () => {
        const { code, printed, report } = await rehearse(
          '--scenario',
          scenario.name,
          ...(data ? ['--data', data] : []),
        );
        expect(report.ended, printed).toBe('as expected');
        expect(code).toBe(0);
      },
    );
  }
});
