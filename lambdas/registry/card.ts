import type { z } from 'zod';
import { type ModelCard, modelCardSchema, unexplained } from '../../contracts/card.ts';
import type { Lineage } from '../../contracts/lineage.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { cardMarkdown } from '../shared/card/markdown.ts';
import { CoalmineError } from '../shared/errors.ts';

const incomplete = (what: string, issues: readonly z.core.$ZodIssue[]): CoalmineError =>
  new CoalmineError(
    'CardIncomplete',
    `${what}: ${issues.map((i) => `${i.path.join('.') || '(card)'}: ${i.message}`).join('; ')}`,
  );

/**
 * The parts of a card that people write; what lacks them is refused before it costs a training job.
 * @throws CoalmineError CardIncomplete naming every part
 */
export function requireWrittenParts({ name, card }: ModelDefinition): void {
  const { intendedUse, limits, prohibitedUses } = modelCardSchema.shape;
  const parsed = modelCardSchema
    .pick({ intendedUse: true, limits: true, prohibitedUses: true })
    .safeParse(card);
  if (parsed.success) return;
  const parts = Object.keys({ intendedUse, limits, prohibitedUses }).map((part) => `card.${part}`);
  throw incomplete(`the definition of ${name} must fill in ${parts.join(', ')}`, parsed.error.issues);
}

/**
 * The complete card of a version: what evaluation found, and the lineage.
 * @param draft `card.json` of the evaluation, parsed
 * @throws CoalmineError CardIncomplete naming everything that lacks
 */
export function completeCard(draft: unknown, version: number, lineage: Lineage): ModelCard {
  const parsed = modelCardSchema.safeParse({ ...Object(draft), version, lineage });
  if (!parsed.success) throw incomplete('the card', parsed.error.issues);
  const [first] = unexplained(parsed.data);
  if (first !== undefined)
    throw new CoalmineError('CardIncomplete', `the card: ${first} is null, and no reason is given`);
  return parsed.data;
}

/** The card's files as they are sealed. */
export const cardFiles = (card: ModelCard): Readonly<Record<'card.json' | 'card.md', Buffer>> => ({
  'card.json': Buffer.from(`${JSON.stringify(card, null, 2)}\n`),
  'card.md': Buffer.from(cardMarkdown(card)),
});
