import { z } from 'zod';
import type { Pointers } from '../../contracts/registry.ts';
import type { RegistryStore } from '../registry/store.ts';

const ofRelease = z.object({ release: z.object({ id: z.string(), version: z.int() }) });

/** The last pointer change, if it is the one that ended this release. */
export async function endOf(
  store: RegistryStore,
  pointers: Pointers,
  release: string,
): Promise<{ readonly change: string; readonly version: number } | undefined> {
  if (pointers.release !== null || pointers.revision === 0) return undefined;
  const event = await store.event(pointers.revision);
  const from = ofRelease.safeParse(event?.from).data;
  if (!event || from?.release.id !== release) return undefined;
  return { change: event.change, version: from.release.version };
}

export const lastChangeOf = async (store: RegistryStore, pointers: Pointers, release: string) =>
  (await endOf(store, pointers, release))?.change;
