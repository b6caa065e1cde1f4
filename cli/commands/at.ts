import { usage } from '../errors.ts';
import { servedAt } from '../history.ts';
import type { Answer, Platform } from '../platform.ts';
import { blocks, minute, pairs } from '../text.ts';
import { made } from './show.ts';

/**
 * Reads a time as ISO 8601; without a zone it is UTC, and a day is its midnight.
 * @throws CommandError
 */
export function readTime(text: string): string {
  const iso = text.trim().replace(' ', 'T');
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`;
  const ms = /^\d{4}-\d\d-\d\d/.test(iso) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(ms)) throw usage(`'${text}' is no time: write 2026-11-18T03:00Z`);
  return new Date(ms).toISOString();
}

/** What served at an instant, made from what, approved by whom. */
export async function at(platform: Platform, model: string, text: string): Promise<Answer> {
  const time = readTime(text);
  const registry = platform.registry(model);
  const [events, runs] = await Promise.all([registry.events(), registry.runs()]);
  const served = servedAt(model, events, time);
  const servers = await Promise.all(
    served.servers.map(async (server) => {
      const version = (await registry.version(server.version)) ?? null;
      const run = runs.find((r) => r.run === version?.run) ?? null;
      return { ...server, item: version, run };
    }),
  );
  const data = { model, at: time, ...served, servers };
  if (servers.length === 0) return { data, text: `nothing served ${model} at ${time}` };
  const { since, release, approved } = served;
  return {
    data,
    text: blocks([
      [
        `${model} at ${time}`,
        pairs([
          ...servers.map(
            (s) => [`version ${s.version}`, `${s.percent} % (Lambda version ${s.lambdaVersion})`] as const,
          ),
          ['champion since', since && `${minute(since.at)} (${since.change}: ${since.reason})`],
          ['released by', release && `${release.by}: ${release.reason}`],
          ['approved by', approved ? `${approved.by} at ${minute(approved.at)}` : 'nobody had to'],
        ]),
      ],
      ...servers.map(
        (s) =>
          [`version ${s.version} was made from`, s.item ? pairs(made(s.item, s.run)) : 'unknown'] as const,
      ),
    ]),
  };
}
