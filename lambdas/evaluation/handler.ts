import { CoalmineError } from '../../contracts/errors.ts';
import { METRICS } from '../../contracts/metrics.ts';
import { type EvaluationOutput, evaluationInput } from '../../contracts/steps.ts';
import { eventsClient, registryClient, s3Client } from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher, type Publish } from '../shared/events.ts';
import { createMetrics, type Emit } from '../shared/metrics.ts';
import type { Model } from '../shared/model.ts';
import { readChampion } from './champion.ts';
import { evaluate } from './evaluate.ts';
import { gather, type Sources } from './evidence.ts';
import { writeEvaluation } from './publish.ts';

/*
 * Needs: s3:GetObject dataset datasets/<model>/*, golden/<model>/*; s3:GetObject artifact training/<model>/*;
 * s3:GetObject and s3:GetObjectVersion artifact models/<model>/*; s3:PutObject artifact evaluations/<model>/*;
 * dynamodb:GetItem registry; events:PutEvents bus; kms:Decrypt and kms:GenerateDataKey of the key via these services.
 */

/** What the function works with. */
export interface Parts extends Sources {
  readonly publish: Publish;
  readonly emit: Emit;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
}

/** One evaluation from input to answer. @throws CoalmineError InvalidInput or ArtifactInvalid */
export async function run(parts: Parts, event: unknown): Promise<EvaluationOutput> {
  const parsed = evaluationInput.safeParse(event);
  if (!parsed.success) throw new CoalmineError('InvalidInput', parsed.error.message);
  const input = parsed.data;
  const { definition, store, artifactBucket, publish, emit } = parts;
  const model = definition.name;
  const evaluation = await evaluate(await gather(parts, input), parts.elapsed);
  const output = await writeEvaluation({ store, bucket: artifactBucket, model, run: input.run }, evaluation);
  const { metrics, reasons } = output;
  emit({ [METRICS.goldenAuc]: metrics['golden.auc'] });
  const about = { model, run: input.run, metrics };
  await publish(
    output.passed ? { type: 'gate.passed', ...about } : { type: 'gate.failed', ...about, reasons },
  );
  return output;
}

/** The evaluation function. */
export function createHandler({ definition, features }: Model) {
  const env = readEnv(process.env, ['registryTable', 'eventBus', 'datasetBucket', 'artifactBucket']);
  const registry = registryClient();
  const parts: Parts = {
    definition,
    features,
    store: s3Client(),
    datasetBucket: env.datasetBucket,
    artifactBucket: env.artifactBucket,
    readChampion: () => readChampion(registry, env.registryTable, definition.name),
    publish: createPublisher(eventsClient(), env.eventBus),
    emit: createMetrics(definition.name),
    elapsed: () => performance.now(),
  };
  return (event: unknown) => run(parts, event);
}
