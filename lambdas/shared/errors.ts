export { CoalmineError, ERRORS, type ErrorName } from '../../contracts/errors.ts';

/** Name and message of anything that was thrown. */
export const describeError = (e: unknown): { readonly name: string; readonly message: string } =>
  e instanceof Error ? { name: e.name, message: e.message } : { name: 'Error', message: String(e) };

/** Whether an AWS error has one of these names. */
export const isNamed = (e: unknown, ...names: readonly string[]): boolean =>
  e instanceof Error && names.includes(e.name);
