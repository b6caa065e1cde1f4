import type { Answer, Platform } from '../platform.ts';
import { minute, table } from '../text.ts';

/** Every model of the stage: who serves, who comes, what ran last. */
export async function models(platform: Platform): Promise<Answer> {
  const data = await Promise.all(
    platform.models.map(async (model) => {
      const registry = platform.registry(model);
      const [pointers, runs] = await Promise.all([registry.pointers(), registry.runs()]);
      const { champion, candidate, previous, release, rollback } = pointers;
      const last = runs[0];
      return {
        model,
        champion,
        candidate,
        weight: release?.weight ?? null,
        previous,
        state: rollback ? 'rolling-back' : (release?.state ?? null),
        lastRun: last
          ? { run: last.run, startedAt: last.startedAt, outcome: last.outcome ?? 'running' }
          : null,
      };
    }),
  );
  const rows = data.map((m) => [
    m.model,
    m.champion,
    m.candidate === null ? null : `${m.candidate} (${m.weight} %)`,
    m.previous,
    m.state ?? 'steady',
    m.lastRun ? `${minute(m.lastRun.startedAt)} ${m.lastRun.outcome}` : null,
  ]);
  return { data, text: table(['MODEL', 'CHAMPION', 'CANDIDATE', 'PREVIOUS', 'STATE', 'LAST RUN'], rows) };
}
