import type { ZodType } from 'zod';
import { CoalmineError } from './errors.ts';

/**
 * Parses what a state machine or a person sent to a function.
 * @throws CoalmineError InvalidInput naming every field that is wrong
 */
export function parseInput<T>(schema: ZodType<T>, event: unknown): T {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `${i.path.join('.') || '(input)'}: ${i.message}`);
  throw new CoalmineError('InvalidInput', issues.join('; '));
}
