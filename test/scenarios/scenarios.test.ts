import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../local/scenarios/index.ts';
import { rehearse } from './rehearse.ts';

/** Data of the scenarios that replay a file; not part of the project. */
const DATA: Record<string, string> = {
  replay: new URL('../../../shared/data/bank_marketing/bank-additional-full.csv', import.meta.url).pathname,
  adult: new URL('../../../shared/data/adult/adult.data', import.meta.url).pathname,
};

/** Two and a half years of weekly retrains take many minutes: asked for by COALMINE_LONG=1. */
const LONG = new Set(['replay']);

function whySkipped(name: string, needsData: boolean): string {
  const data = DATA[name];
  if (needsData && (data === undefined || !existsSync(data)))
    return ' (SKIPPED: its data file is not beside the checkout)';
  if (LONG.has(name) && process.env['COALMINE_LONG'] !== '1')
    return ' (SKIPPED: it is long; set COALMINE_LONG=1 to run it)';
  return '';
}

describe('every scenario ends as expected', () => {
  for (const scenario of SCENARIOS) {
    const data = scenario.needsData ? DATA[scenario.name] : undefined;
    const skipped = whySkipped(scenario.name, scenario.needsData === true);
    it.skipIf(skipped !== '')(`${scenario.name}${skipped}`, async () => {
      const { code, printed, report } = await rehearse(
        '--scenario',
        scenario.name,
        ...(data ? ['--data', data] : []),
      );
      expect(report.ended, printed).toBe('as expected');
      expect(code).toBe(0);
    });
  }
});
