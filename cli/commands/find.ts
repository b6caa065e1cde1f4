import type { RunItem, VersionItem } from '../../contracts/registry.ts';
import { notFound, usage } from '../errors.ts';
import type { Platform, Registry } from '../platform.ts';

/** @throws CommandError when the text is no version number or there is no such version */
export async function findVersion(registry: Registry, model: string, text: string): Promise<VersionItem> {
  const number = versionNumber(text);
  const item = await registry.version(number);
  if (item) return item;
  const newest = (await registry.versions())[0];
  throw notFound(
    `${model} has no version ${number}; ${newest ? `the newest is ${newest.version}` : 'none is registered yet'}`,
  );
}

/** @throws CommandError */
export function versionNumber(text: string): number {
  const number = Number(text.replace(/^v/, ''));
  if (!Number.isSafeInteger(number) || number < 1)
    throw usage(`'${text}' is no version: versions are 1, 2, 3 …`);
  return number;
}

/** @throws CommandError */
export async function findRun(registry: Registry, model: string, run: string): Promise<RunItem> {
  const found = (await registry.runs()).find((r) => r.run === run);
  if (found) return found;
  throw notFound(`${model} has no run '${run}'; coalmine runs ${model} lists them`);
}

/** @throws CommandError when the model is not deployed, which `registry` says */
export const registryOf = (platform: Platform, model: string): Registry => platform.registry(model);
