import type { Answer, Platform } from '../platform.ts';
import { minute, short, table } from '../text.ts';

/** Every version of a model, newest first. */
export async function versions(platform: Platform, model: string): Promise<Answer> {
  const data = await platform.registry(model).versions();
  const rows = data.map((v) => [
    v.version,
    v.status + (v.failedAt ? ` at ${v.failedAt}` : ''),
    minute(v.registeredAt),
    v.metrics['golden.auc'],
    v.goldenVersion,
    v.datasetVersion,
    short(v.commit),
    v.run,
  ]);
  const head = ['VERSION', 'STATUS', 'REGISTERED', 'GOLDEN AUC', 'GOLDEN SET', 'DATASET', 'COMMIT', 'RUN'];
  return { data, text: rows.length > 0 ? table(head, rows) : `${model} has no version yet` };
}
