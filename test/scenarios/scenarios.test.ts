import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../local/scenarios/index.ts';
import { rehearse } from './rehearse.ts';

/** Data of the scenarios that replay a file; not part of the project. */
const DATA: Record<string, string> = {
  replay: new URL('../../../shared/data/bank_marketing/bank-additional-full.csv', import.meta.url).pathname,
  adult: new URL('../../../shared/data/adult/adult.data', import.meta.url).pathname,
};

/** Model cards of scenarios that are published as the documents of a model. */
const PUBLISHED: Record<string, { readonly file: string; readonly as: string }> = {
  adult: { file: 'rejected-1.md', as: resolve(import.meta.dirname, '../../docs/cards/adult-income.md') },
};

function whySkipped(name: string, needsData: boolean): string {
  const data = DATA[name];
  const missing = needsData && (data === undefined || !existsSync(data));
  return missing ? ' (SKIPPED: its data file is not beside the checkout)' : '';
}

describe('every scenario ends as expected', () => {
  for (const scenario of SCENARIOS) {
    const data = scenario.needsData ? DATA[scenario.name] : undefined;
    const skipped = whySkipped(scenario.name, scenario.needsData === true);
    it.skipIf(skipped !== '')(`${scenario.name}${skipped}`, async () => {
      const { code, printed, report, cards } = await rehearse(
        '--scenario',
        scenario.name,
        ...(data ? ['--data', data] : []),
      );
      expect(report.ended, printed).toBe('as expected');
      expect(code).toBe(0);
      const published = PUBLISHED[scenario.name];
      // Not as published? Look at the difference, then write it anew with vitest's -u.
      if (published) await expect(cards[published.file]).toMatchFileSnapshot(published.as);
    });
  }
});

const PYTHON =
  process.env['COALMINE_PYTHON'] ?? resolve(import.meta.dirname, '../../training/.venv/bin/python');
const installed = existsSync(PYTHON);

describe('with the program of the training containers', () => {
  for (const scenario of ['week', 'spot-interruption'])
    it.skipIf(!installed)(
      `${scenario} ends as expected${installed ? '' : ' (SKIPPED: run npm run training:install first)'}`,
      async () => {
        const { code, printed, report } = await rehearse('--scenario', scenario, '--trainer', 'container');
        expect(report.ended, printed).toBe('as expected');
        expect(code).toBe(0);
      },
    );
});
