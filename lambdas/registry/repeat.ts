import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import type { comparedFileSchema, Reproduction } from '../../contracts/lineage.ts';
import { keys } from '../../contracts/names.ts';
import { type RunItem, registryKeys } from '../../contracts/registry.ts';
import type { CompareOutput, RegistryInput, StartRunOutput, TrainingFacts } from '../../contracts/steps.ts';
import { sha256 } from '../shared/clients.ts';
import { CoalmineError } from '../shared/errors.ts';
import { type TrainedFiles, unpack } from '../shared/unpack.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';

type ComparedFile = z.output<typeof comparedFileSchema>;
type Recorded = RunItem & { readonly lineage: NonNullable<RunItem['lineage']> };

/** An evaluated run by its id. @throws CoalmineError RunNotReproducible */
export async function recordedRun({ store, definition }: RegistryDeps, id: string): Promise<Recorded> {
  const found = (await store.runs()).find((r) => r.run === id);
  const { name } = definition;
  if (!found) throw new CoalmineError('RunNotReproducible', `${name} has no run '${id}'`);
  const { lineage } = found;
  if (!lineage)
    throw new CoalmineError(
      'RunNotReproducible',
      `run ${id} of ${name} recorded no artifact to compare with: it ${found.outcome ?? 'still runs'}`,
    );
  return { ...found, lineage };
}

/** Where the recorded inputs of a run lie. */
export function inputsOf(
  { datasetBucket, definition }: RegistryDeps,
  { lineage }: Recorded,
): StartRunOutput['repeats'] {
  const { version, featureSpecHash } = lineage.dataset;
  const uri = (file: 'train.parquet' | 'validation.parquet' | 'signature.json') =>
    `s3://${datasetBucket}/${keys.dataset(definition.name, version, file)}`;
  return {
    datasetVersion: version,
    goldenVersion: lineage.goldenVersion,
    featureSpecHash,
    channels: {
      train: uri('train.parquet'),
      validation: uri('validation.parquet'),
      signature: uri('signature.json'),
    },
  };
}

/** Compares a repeated run with the recorded one, records what it found and says so. */
export async function compare(
  deps: RegistryDeps,
  input: ActionInput<RegistryInput, 'compare'>,
): Promise<CompareOutput> {
  const run = await deps.store.run(input.startedAt, input.run);
  if (!run?.reproduces)
    throw new CoalmineError('InvalidInput', `run ${input.run} of ${input.startedAt} repeats no other`);
  const recorded = await recordedRun(deps, run.reproduces);
  const trained = await unpackTrained(deps, input.training.modelData);
  const reproduction = reproductionOf(recorded, trained, input.training, run.commit);
  await deps.store.table.write([
    {
      kind: 'update',
      sk: registryKeys.run(run.startedAt, run.run),
      set: {
        outcome: reproduction.equal ? 'reproduced' : 'differs',
        endedAt: run.endedAt ?? deps.now().toISOString(),
        datasetVersion: recorded.lineage.dataset.version,
        reproduction,
      },
    },
  ]);
  const { of, equal, differences } = reproduction;
  await deps.publish({
    type: 'run.repeated',
    model: deps.definition.name,
    run: run.run,
    of,
    equal,
    differences,
  });
  return { ...reproduction, reproduced: equal };
}

/** @throws CoalmineError InvalidInput when it is not where this model's training writes; ArtifactInvalid */
async function unpackTrained(
  { objects, artifactBucket, definition }: RegistryDeps,
  modelData: string,
): Promise<TrainedFiles> {
  const prefix = `s3://${artifactBucket}/${keys.trainingOutputPrefix(definition.name)}`;
  if (!modelData.startsWith(prefix))
    throw new CoalmineError('InvalidInput', `modelData must be below ${prefix}, is ${modelData}`);
  const Key = modelData.slice(`s3://${artifactBucket}/`.length);
  const { Body } = await objects.send(new GetObjectCommand({ Bucket: artifactBucket, Key }));
  if (!Body) throw new CoalmineError('ArtifactInvalid', `${modelData} has no body`);
  // In Node.js the SDK's body is a readable stream; its type covers browsers too.
  return unpack(Body as Readable);
}

/**
 * What repeating a run gave. The model decides: its bytes are what serves. Other files may tell the time or the
 * versions of packages, and are only listed.
 */
export function reproductionOf(
  { run: of, lineage }: Pick<Recorded, 'run' | 'lineage'>,
  trained: Readonly<Record<string, Uint8Array>>,
  training: Pick<TrainingFacts, 'image' | 'source'>,
  commit: string,
): Reproduction {
  const files = Object.entries(trained).map(([file, bytes]): ComparedFile => {
    const recorded = lineage.files[file]?.sha256 ?? null;
    const now = sha256(bytes);
    return { file, recorded, now, equal: recorded === now };
  });
  const differs = (what: string, then: string | null, now: string | null) =>
    then === now ? [] : [`${what}: ${then ?? 'unknown'} then, ${now ?? 'unknown'} now`];
  return {
    of,
    equal: files.some((f) => f.file === 'model.onnx' && f.equal),
    files,
    differences: [
      ...differs('training program', lineage.source, training.source),
      ...differs('image', lineage.container.image, training.image),
      ...differs('commit', lineage.commit, commit.replace(/-dirty$/, '')),
    ],
  };
}
