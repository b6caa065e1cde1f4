import { randomUUID } from 'node:crypto';
import { readEnv } from '../shared/env.ts';
import { hashEntity } from '../shared/features/entity.ts';
import { compileSpec } from '../shared/features/parse.ts';
import type { Model } from '../shared/model.ts';
import { loadModel, type ReadObject } from '../shared/onnx/load.ts';
import { createObjectReader } from '../shared/onnx/read-object.ts';
import { checkSignature } from '../shared/onnx/signature.ts';
import { createOutput } from './output.ts';
import { createPredictor } from './predict.ts';
import { readSealed, type Sealed } from './sealed.ts';
import { createService, type Serving } from './service.ts';

/*
 * Needs: s3:GetObjectVersion (and s3:GetObject) artifact models/<model>/*; kms:Decrypt of the key via s3.
 */

/** Everything a published version needs to answer, loaded and proven to run. @throws CoalmineError ArtifactInvalid */
export async function load(
  { definition, features }: Model,
  sealed: Sealed,
  read: ReadObject,
): Promise<Serving> {
  const spec = compileSpec(definition, features);
  const loaded = await loadModel(read, sealed.artifact);
  checkSignature(loaded.signature, definition);
  const output = createOutput(definition.name, sealed, hashEntity);
  return { sealed, predictor: createPredictor(spec, loaded), output };
}

/**
 * The inference function. Resolves when the model that is sealed into this version is loaded, and rejects when it
 * cannot be: the bundle's entry awaits it, so that a version with a bad artifact does not start.
 */
export async function createHandler(model: Model) {
  const { artifactBucket } = readEnv(process.env, ['artifactBucket']);
  const sealed = readSealed(process.env);
  const serving = sealed && (await load(model, sealed, createObjectReader(process.env, artifactBucket)));
  return createService(model.definition.name, serving, {
    write: (text) => void process.stdout.write(text),
    now: () => new Date(),
    elapsed: () => performance.now(),
    newId: randomUUID,
  });
}
