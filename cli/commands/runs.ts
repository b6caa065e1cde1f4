import type { Answer, Platform } from '../platform.ts';
import { minute, table } from '../text.ts';

/** Every run of a model, newest first. */
export async function runs(platform: Platform, model: string): Promise<Answer> {
  const data = await platform.registry(model).runs();
  const rows = data.map((r) => [
    minute(r.startedAt),
    r.outcome ?? 'running',
    r.version,
    r.metrics?.['golden.auc'],
    r.datasetVersion,
    r.by,
    r.reproduces ? `reproduces ${r.reproduces}` : r.reason,
    r.run,
    r.error?.slice(0, 100),
  ]);
  const head = ['STARTED', 'OUTCOME', 'VERSION', 'GOLDEN AUC', 'DATASET', 'BY', 'REASON', 'RUN', 'ERROR'];
  return { data, text: rows.length > 0 ? table(head, rows) : `${model} has no run yet` };
}
