import { createHash } from 'node:crypto';
import type { Placement } from '../types.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Twelve upper-case letters and digits, as CloudFormation appends, made of stack and logical id. */
function suffix(stack: string, logicalId: string): string {
  const digest = createHash('sha256').update(`${stack}\n${logicalId}`).digest();
  return Array.from(digest.subarray(0, 12), (b) => ALPHABET[b % ALPHABET.length]).join('');
}

/**
 * `<stack>-<logicalId>-<suffix>`, cut to `max` characters. Stack and id share what room there is: each keeps half,
 * and what one does not use the other has.
 */
export function physicalName(stack: string, logicalId: string, max = 64): string {
  const end = suffix(stack, logicalId).slice(0, Math.max(4, Math.min(12, max - 8)));
  const room = max - end.length - 2;
  const half = Math.floor(room / 2);
  const idRoom = Math.max(half, room - stack.length);
  const id = logicalId.slice(0, idRoom);
  return `${stack.slice(0, room - id.length)}-${id}-${end}`;
}

/** @param path the `aws:cdk:path` metadata, empty when the template has none */
export const placement = (stack: string, logicalId: string, path: string): Placement => ({
  stack,
  logicalId,
  path,
  physicalName: (max) => physicalName(stack, logicalId, max),
});
