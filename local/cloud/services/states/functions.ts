import { createHash } from 'node:crypto';
import type { Randomness } from '../../types.ts';

/** JSONata function signatures and bodies that Step Functions adds to the language. */
export interface StatesFunction {
  readonly name: string;
  readonly signature: string;
  // biome-ignore lint/suspicious/noExplicitAny: arguments are checked by the signature
  readonly run: (...args: any[]) => unknown;
}

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
/** Largest array that `$range` makes. */
const MAX_RANGE = 1000;

export function partition(array: readonly unknown[], size: number): unknown[][] {
  if (!Number.isInteger(size) || size < 1) throw new Error(`$partition: size ${size} must be at least 1`);
  const parts: unknown[][] = [];
  for (let i = 0; i < array.length; i += size) parts.push(array.slice(i, i + size));
  return parts;
}

export function range(first: number, last: number, step: number): number[] {
  if (step === 0) throw new Error('$range: the step must not be 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_RANGE) throw new Error(`$range: ${count} items; at most ${MAX_RANGE}`);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** Uniform in [0, 1) from a seed, by mulberry32: the same seed always gives the same number. */
export function seededRandom(seed: number): number {
  let t = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** `$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`, as the developer guide lists them. */
export const statesFunctions = (random: Randomness): StatesFunction[] => [
  { name: 'partition', signature: '<an:a>', run: partition },
  { name: 'range', signature: '<nnn:a>', run: range },
  {
    name: 'hash',
    signature: '<ss:s>',
    run: (data: string, algorithm: string) => {
      const known = HASHES[algorithm];
      if (!known)
        throw new Error(`$hash: algorithm '${algorithm}' is none of ${Object.keys(HASHES).join(', ')}`);
      return createHash(known).update(data).digest('hex');
    },
  },
  {
    name: 'random',
    signature: '<n?:n>',
    run: (seed?: number) => (seed === undefined ? random.next() : seededRandom(seed)),
  },
  { name: 'uuid', signature: '<:s>', run: () => random.uuid() },
  { name: 'parse', signature: '<s:x>', run: (json: string) => JSON.parse(json) },
  {
    name: 'eval',
    signature: '<sx?:x>',
    run: () => {
      throw new Error('$eval is not supported by Step Functions; use $parse');
    },
  },
];
