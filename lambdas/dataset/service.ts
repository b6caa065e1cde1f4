import type { z } from 'zod';
import type { DatasetInput, datasetInput, FreezeOutput, GoldenOutput } from '../../contracts/steps.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { Publish } from '../shared/events.ts';
import type { DatasetDeps } from './collect.ts';
import { freeze } from './freeze.ts';
import { ensureGolden } from './golden.ts';
import type { GoldenSetting } from './golden-setting.ts';
import { Rejected } from './rejected.ts';

export interface DatasetService {
  readonly deps: DatasetDeps;
  readonly setting: GoldenSetting;
  readonly publish: Publish;
}

/** Does one action of the dataset function and announces what came of it. */
export async function runDataset(
  service: DatasetService,
  input: z.ZodSafeParseResult<z.output<typeof datasetInput>>,
): Promise<GoldenOutput | FreezeOutput> {
  if (!input.success) throw new CoalmineError('InvalidInput', input.error.message);
  const model = service.deps.model.definition.name;
  try {
    return input.data.action === 'golden'
      ? await golden(service, model, input.data.renew)
      : await freezeDataset(service, model, input.data);
  } catch (e) {
    if (e instanceof CoalmineError && e.name === 'DatasetRejected') {
      const counts = e instanceof Rejected ? e.counts : { rows: 0, rejected: 0, rejectedBy: {} };
      const { run } = input.data;
      await service
        .publish({ type: 'dataset.rejected', model, run, reason: e.message, ...counts })
        // The rejection is what the state machine must hear; it announces the failed run itself.
        .catch((unannounced: unknown) => service.deps.note(`dataset.rejected not announced: ${unannounced}`));
    }
    throw e;
  }
}

async function golden(
  { deps, setting, publish }: DatasetService,
  model: string,
  renew?: boolean,
): Promise<GoldenOutput> {
  const output = await ensureGolden(deps, setting, renew);
  const { goldenVersion, rows, created, replaces } = output;
  if (created) await publish({ type: 'golden.frozen', model, goldenVersion, rows, replaces });
  return output;
}

async function freezeDataset(
  { deps, publish }: DatasetService,
  model: string,
  { run, goldenVersion }: Extract<DatasetInput, { action: 'freeze' }>,
): Promise<FreezeOutput> {
  const output = await freeze(deps, goldenVersion);
  const { datasetVersion, existed, rows } = output;
  await publish({
    type: 'dataset.frozen',
    model,
    run,
    datasetVersion,
    existed,
    rows: rows.train + rows.validation,
    rejected: rows.rejected,
  });
  return output;
}
