import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { baselineSchema, datasetManifestSchema } from '../../contracts/dataset.ts';
import { CoalmineError } from '../../contracts/errors.ts';
import type { OnDemandFeatures } from '../../contracts/features.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { type DatasetFile, keys } from '../../contracts/names.ts';
import type { EvaluationInput } from '../../contracts/steps.ts';
import { getBytes, getJson, type ObjectStore } from '../shared/clients.ts';
import { loadModel } from '../shared/onnx/load.ts';
import { parseSignature } from '../shared/onnx/signature.ts';
import type { ReadChampion } from './champion.ts';
import type { Evidence } from './evaluate.ts';
import { readGolden, readVectors } from './tables.ts';
import { unpack } from './unpack.ts';

/** Where evidence lies. */
export interface Sources {
  readonly definition: ModelDefinition;
  readonly features: OnDemandFeatures;
  readonly store: ObjectStore;
  readonly datasetBucket: string;
  readonly artifactBucket: string;
  readonly readChampion: ReadChampion;
}

async function open(store: ObjectStore, bucket: string, key: string): Promise<Readable> {
  const { Body } = await store.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!Body) throw new Error(`s3://${bucket}/${key} has no body`);
  // In Node.js the SDK's body is a readable stream; its type covers browsers too.
  return Body as Readable;
}

/** Key of `model.tar.gz`. @throws CoalmineError InvalidInput when it is not where this model's training writes */
function trainedKey(modelData: string, bucket: string, model: string): string {
  const prefix = `s3://${bucket}/${keys.trainingOutputPrefix(model)}`;
  if (modelData.startsWith(prefix)) return modelData.slice(`s3://${bucket}/`.length);
  throw new CoalmineError('InvalidInput', `modelData must be below ${prefix}, is ${modelData}`);
}

async function openChampion(sources: Sources): Promise<Evidence['champion']> {
  const item = await sources.readChampion();
  if (!item) return null;
  const { store, artifactBucket } = sources;
  try {
    const read = async (key: string, id: string) => (await getBytes(store, artifactBucket, key, id)).bytes;
    return { version: item.version, model: await loadModel(read, item.artifact) };
  } catch (e) {
    if (!(e instanceof CoalmineError)) throw e;
    throw new CoalmineError(e.name, `the champion, version ${item.version}: ${e.message}`, { cause: e });
  }
}

/** Gathers all that an evaluation looks at; Parquet files pass through a folder of /tmp that is removed. */
export async function gather(sources: Sources, input: EvaluationInput): Promise<Evidence> {
  const { definition, features, store, datasetBucket, artifactBucket } = sources;
  const { name } = definition;
  const file = (f: DatasetFile) => keys.dataset(name, input.datasetVersion, f);
  const modelKey = trainedKey(input.modelData, artifactBucket, name);
  const dir = await mkdtemp(join(tmpdir(), 'evaluation-'));
  try {
    const download = async (key: string, as: string) => {
      await pipeline(await open(store, datasetBucket, key), createWriteStream(join(dir, as)));
      return join(dir, as);
    };
    const [trained, manifest, baseline, signatureFile, goldenPath, validationPath, champion] =
      await Promise.all([
        open(store, artifactBucket, modelKey).then((archive) => unpack(archive)),
        getJson(store, datasetBucket, file('manifest.json')),
        getJson(store, datasetBucket, file('baseline.json')),
        getBytes(store, datasetBucket, file('signature.json')),
        download(keys.golden(name, input.goldenVersion, 'golden.parquet'), 'golden.parquet'),
        download(file('validation.parquet'), 'validation.parquet'),
        openChampion(sources),
      ]);
    const signature = parseSignature(signatureFile.bytes);
    return {
      definition,
      features,
      run: input.run,
      trained,
      dataset: {
        manifest: datasetManifestSchema.parse(manifest),
        baseline: baselineSchema.parse(baseline),
        signature,
      },
      goldenVersion: input.goldenVersion,
      golden: await readGolden(goldenPath),
      validation: await readVectors(validationPath, signature),
      champion,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
