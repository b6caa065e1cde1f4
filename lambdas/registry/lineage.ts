import {
  type Environment,
  environmentSchema,
  type PinnedObject,
  type TrainingMetrics,
  trainingMetricsSchema,
} from '../../contracts/artifact.ts';
import { type Lineage, lineageSchema } from '../../contracts/lineage.ts';
import { keys } from '../../contracts/names.ts';
import type { RunItem } from '../../contracts/registry.ts';
import type { Evidence } from '../../contracts/steps.ts';
import { getBytes, sha256 } from '../shared/clients.ts';
import { CoalmineError } from '../shared/errors.ts';
import { costOf } from './cost.ts';
import type { RegistryDeps } from './deps.ts';

/** What `git describe --always --dirty` appends to a commit whose tree has changes. */
const DIRTY = '-dirty';

/** Reads what an evaluated run was made from and by. @throws CoalmineError ArtifactInvalid, ZodError */
export async function gatherLineage(deps: RegistryDeps, run: RunItem, evidence: Evidence): Promise<Lineage> {
  const { files } = evidence.evaluation;
  const manifestKey = keys.dataset(deps.definition.name, evidence.datasetVersion, 'manifest.json');
  const [environment, metrics, manifest] = await Promise.all([
    readPinned(deps, 'environment.json', files['environment.json']),
    readPinned(deps, 'metrics.json', files['metrics.json']),
    getBytes(deps.objects, deps.datasetBucket, manifestKey),
  ]);
  return lineageOf(deps, run, evidence, {
    environment: environmentSchema.parse(environment),
    metrics: trainingMetricsSchema.parse(metrics),
    manifestSha256: sha256(manifest.bytes),
  });
}

/** A JSON file of the evaluation, if it is what was evaluated. @throws CoalmineError ArtifactInvalid */
export async function readPinned(
  { objects, artifactBucket }: Pick<RegistryDeps, 'objects' | 'artifactBucket'>,
  file: string,
  pin: PinnedObject | undefined,
): Promise<unknown> {
  if (!pin) throw new CoalmineError('ArtifactInvalid', `the evaluation wrote no ${file}`);
  const { bytes } = await getBytes(objects, artifactBucket, pin.key, pin.versionId);
  const hash = sha256(bytes);
  if (hash !== pin.sha256)
    throw new CoalmineError(
      'ArtifactInvalid',
      `${pin.key} has the sha256 ${hash}, evaluated was ${pin.sha256}`,
    );
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

interface Found {
  readonly environment: Environment;
  readonly metrics: TrainingMetrics;
  readonly manifestSha256: string;
}

/** Puts the lineage together. Holds no clock of its own: the same run has the same lineage, however often it is asked. */
export function lineageOf(
  { definition }: Pick<RegistryDeps, 'definition'>,
  run: RunItem,
  evidence: Evidence,
  { environment, metrics, manifestSha256 }: Found,
): Lineage {
  const { training } = evidence;
  const cost = costOf(
    definition.trainer,
    training.billableSeconds,
    training.instanceType,
    training.instanceCount,
  );
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(training.image ?? '')?.[1] ?? null;
  const clean = run.commit === 'unknown' ? null : !run.commit.endsWith(DIRTY);
  const unknown: Record<string, string> = {
    ...(digest === null && {
      digest: 'the image is named by its tag, and SageMaker does not tell the digest',
    }),
    ...(clean === null && { commit: 'the commit was not given when the stacks were synthesised' }),
    ...(cost.usd === null && { costUsd: cost.why }),
  };
  return lineageSchema.parse({
    commit: run.commit.replace(new RegExp(`${DIRTY}$`), ''),
    clean,
    dataset: {
      version: evidence.datasetVersion,
      manifestSha256,
      featureSpecHash: evidence.featureSpecHash,
    },
    goldenVersion: evidence.goldenVersion,
    hyperparameters: run.hyperparameters,
    seed: environment.seed,
    container: { name: environment.container, image: training.image, digest },
    source: training.source,
    packages: environment.packages,
    metrics,
    job: {
      name: training.job,
      instanceType: training.instanceType,
      instanceCount: training.instanceCount,
      spot: training.spot,
      modelData: training.modelData,
      seconds: training.seconds,
      billableSeconds: training.billableSeconds,
      costUsd: cost.usd,
    },
    startedAt: run.startedAt,
    evaluatedAt: evidence.evaluatedAt,
    seconds: (Date.parse(evidence.evaluatedAt) - Date.parse(run.startedAt)) / 1000,
    by: run.by,
    reason: run.reason,
    files: evidence.evaluation.files,
    unknown,
  });
}
