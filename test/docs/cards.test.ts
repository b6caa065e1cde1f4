import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/app.ts';
import adultIncome from '../../models/adult-income/model.ts';
import { evaluationWorld } from '../evaluation/world.ts';

/** The published card of a real run; the scenario `adult`, where its data are at hand, holds it to the byte. */
const card = readFileSync(join(ROOT, 'docs/cards/adult-income.md'), 'utf8');
const headings = (markdown: string) => markdown.split('\n').filter((line) => line.startsWith('## '));

describe('the published model card of the census of 1994', () => {
  it('has every section that evaluation writes now', async () => {
    const { bucket, evaluate } = await evaluationWorld();
    const { files } = await evaluate();
    const written = bucket.objects.get(files['card.md']!.key)!.at(-1)!.body.toString();
    expect(headings(card)).toEqual(headings(written));
  });

  it('says first that the model was stopped, and by what', () => {
    expect(card.split('\n')[4]).toMatch(/^\*\*Rejected\*\*.*`golden\.fairness\.sex\.disparateImpact`/);
    expect(card).toMatch(/golden disparateImpact of sex is 0\.\d+ .* but must be at least 0\.8/);
  });

  it('is of the model as it is defined now', () => {
    const { description, intendedUse, limits, prohibitedUses } = { ...adultIncome, ...adultIncome.card };
    for (const text of [description, intendedUse, ...limits, ...prohibitedUses]) expect(card).toContain(text);
    for (const [name, value] of Object.entries(adultIncome.trainer.hyperparameters))
      expect(card).toContain(`| ${name} | ${value} |`);
  });
});
