import { emptyPointers, type PointerEvent, type Pointers } from '../contracts/registry.ts';

/** Who served a share of the traffic. */
export interface Server {
  readonly version: number;
  readonly percent: number;
  readonly lambdaVersion: string | null;
}
export interface Approval {
  readonly by: string;
  readonly at: string;
}
/** What served at an instant, and by whose decision. */
export interface Served {
  readonly pointers: Pointers;
  readonly servers: readonly Server[];
  /** The change that made the champion what it was. */
  readonly since: Pick<PointerEvent, 'at' | 'by' | 'change' | 'reason'> | null;
  /** The release that brought the champion: who asked for it and who approved it; null where nobody had to. */
  readonly release: { readonly id: string; readonly by: string; readonly reason: string } | null;
  readonly approved: Approval | null;
}

const releaseId = (side: Readonly<Record<string, unknown>>): string | undefined => {
  const release = side['release'];
  if (typeof release !== 'object' || release === null || !('id' in release)) return undefined;
  return String(release.id);
};

/** Events up to an instant, oldest first. */
const until = (events: readonly PointerEvent[], at: string): PointerEvent[] =>
  events.filter((e) => Date.parse(e.at) <= Date.parse(at)).sort((a, b) => a.revision - b.revision);

interface Step {
  readonly event: PointerEvent;
  /** The pointers after it. */
  readonly after: Pointers;
}

/** The pointers replayed from the beginning: each event holds what it changed. */
function replay(model: string, past: readonly PointerEvent[]): Step[] {
  let after = emptyPointers(model);
  return past.map((event) => {
    after = { ...after, ...(event.to as Partial<Pointers>), revision: event.revision };
    return { event, after };
  });
}

function serversOf(p: Pointers): Server[] {
  const { release, championSlot } = p;
  const candidate = release && release.weight > 0 ? release : null;
  const servers: Server[] = [];
  const champion = 100 - (candidate?.weight ?? 0);
  if (p.champion !== null && championSlot !== null && champion > 0)
    servers.push({
      version: p.champion,
      percent: champion,
      lambdaVersion: p.slots[championSlot]?.lambdaVersion ?? null,
    });
  if (candidate)
    servers.push({
      version: candidate.version,
      percent: candidate.weight,
      lambdaVersion: p.slots[candidate.slot]?.lambdaVersion ?? null,
    });
  return servers;
}

/**
 * What served at an instant.
 * @param events all pointer changes of the model, in any order
 * @param at ISO 8601
 */
export function servedAt(model: string, events: readonly PointerEvent[], at: string): Served {
  const past = until(events, at);
  const steps = replay(model, past);
  const pointers = steps.at(-1)?.after ?? emptyPointers(model);
  const made = past.findLast((e) => 'champion' in e.to || e.change === 'release.promoted');
  // A rollback brings back what an earlier release promoted.
  const promoted = steps.findLast(
    ({ event, after }) => event.change === 'release.promoted' && after.champion === pointers.champion,
  )?.event;
  const id = promoted && releaseId(promoted.from);
  const of = (change: string) =>
    id === undefined
      ? undefined
      : past.find((e) => e.change === change && releaseId({ ...e.from, ...e.to }) === id);
  const begun = of('release.begun');
  const approved = of('release.approved');
  return {
    pointers,
    servers: serversOf(pointers),
    since: made ? { at: made.at, by: made.by, change: made.change, reason: made.reason } : null,
    release: id !== undefined && begun ? { id, by: begun.by, reason: begun.reason } : null,
    approved: approved ? { by: approved.by, at: approved.at } : null,
  };
}

/** Newest first; of one instant the registration of a version is the oldest. */
export const newestFirst = <T extends { readonly at: string; readonly from: unknown }>(
  events: readonly T[],
): T[] =>
  [...events].sort((a, b) => b.at.localeCompare(a.at) || Number(a.from === null) - Number(b.from === null));
