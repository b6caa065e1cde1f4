import { newestFirst } from '../history.ts';
import type { Answer, Platform } from '../platform.ts';
import { table } from '../text.ts';

interface Line {
  readonly at: string;
  readonly by: string;
  readonly what: string;
  readonly detail: string;
  readonly reason: string;
}

/** Every change of pointers and statuses, newest first. @param limit how many */
export async function events(platform: Platform, model: string, limit: number): Promise<Answer> {
  const registry = platform.registry(model);
  const [pointers, statuses] = await Promise.all([registry.events(), registry.statusEvents()]);
  const all = [
    ...pointers.map((e) => ({ kind: 'pointers' as const, ...e })),
    ...statuses.map((e) => ({ kind: 'status' as const, ...e })),
  ];
  // Of one instant: what is later in the list of pointers first, then the statuses that changed with it.
  const data = newestFirst(all).slice(0, limit);
  const lines = data.map(
    (e): Line =>
      e.kind === 'status'
        ? {
            at: e.at,
            by: e.by,
            what: `version ${e.version}`,
            detail: e.from === null ? e.to : `${e.from} → ${e.to}`,
            reason: e.reason,
          }
        : { at: e.at, by: e.by, what: e.change, detail: changed(e.from, e.to), reason: e.reason },
  );
  const rows = lines.map((l) => [l.at, l.what, l.detail, l.by, l.reason]);
  const head = ['AT', 'WHAT', 'CHANGED', 'BY', 'REASON'];
  return { data, text: rows.length > 0 ? table(head, rows) : `nothing happened to ${model} yet` };
}

/** Champion, candidate and previous as they went; the rest is in the JSON. */
function changed(from: Readonly<Record<string, unknown>>, to: Readonly<Record<string, unknown>>): string {
  const names = ['champion', 'candidate', 'previous'].filter((n) => n in to);
  const weight = weightOf(to);
  return [
    ...names.map((n) => `${n} ${from[n] ?? 'none'} → ${to[n] ?? 'none'}`),
    ...(weight === undefined ? [] : [`weight ${weight} %`]),
  ].join(', ');
}

function weightOf(side: Readonly<Record<string, unknown>>): number | undefined {
  const release = side['release'];
  if (typeof release !== 'object' || release === null || !('weight' in release)) return undefined;
  return Number(release.weight);
}
