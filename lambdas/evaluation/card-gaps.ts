import type { DatasetManifest } from '../../contracts/dataset.ts';

const DAY = 86_400_000;
/** Days named one by one; of more, the first and how many. */
const NAMED = 7;

const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Days of the window that no source object is of. */
function missingDays({ window, sources }: DatasetManifest): string[] {
  const there = new Set(sources.flatMap((s) => /dt=(\d{4}-\d\d-\d\d)/.exec(s.key)?.[1] ?? []));
  const missing: string[] = [];
  for (let day = Date.parse(window.from); day < Date.parse(window.to); day += DAY)
    if (!there.has(date(day))) missing.push(date(day));
  return missing;
}

/** What a dataset version lacks, a sentence each: for its model's card. */
export function gapsOf(manifest: DatasetManifest): string[] {
  const missing = missingDays(manifest);
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  const rejected = Object.entries(manifest.rows.rejectedBy).map(
    ([reason, rows]) => `${rows} of ${manifest.rows.read} rows rejected: ${reason}`,
  );
  return [
    ...(missing.length > 0 ? [`no data of ${missing.slice(0, NAMED).join(', ')}${more}`] : []),
    ...rejected,
    ...(manifest.notes ?? []),
  ];
}
