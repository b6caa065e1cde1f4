import { hash } from 'node:crypto';

/** The entity as logs and datasets carry it: the first 16 hex digits of sha256 of its text. */
export const hashEntity = (entity: string): string => hash('sha256', entity, 'hex').slice(0, 16);

/**
 * Whether an entity belongs to the golden set: by its hash alone, so that an entity that appears years later falls on
 * the same side for ever. Uses the last 8 of the 16 hex digits as a uniform number in [0, 1).
 * @param entityHash as {@link hashEntity} gives it
 * @param fraction share of entities, 0 to 1
 */
export const isGoldenEntity = (entityHash: string, fraction: number): boolean =>
  Number.parseInt(entityHash.slice(8, 16), 16) / 0x1_0000_0000 < fraction;
