import {
  type Environment,
  environmentSchema,
  type Signature,
  type TrainingMetrics,
  trainingMetricsSchema,
} from '../../contracts/artifact.ts';
import { CoalmineError } from '../../contracts/errors.ts';
import type { LoadedModel } from '../shared/onnx/load.ts';
import { openModel } from '../shared/onnx/session.ts';
import { parseSignature } from '../shared/onnx/signature.ts';
import type { TrainedFiles } from './unpack.ts';

/** A trained artifact that keeps its contract. */
export interface Candidate extends LoadedModel {
  readonly training: TrainingMetrics;
  readonly environment: Environment;
}

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: {
        readonly issues: readonly { readonly path: PropertyKey[]; readonly message: string }[];
      };
    };

function readJson<T>(file: string, bytes: Uint8Array, parse: (json: unknown) => Parsed<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new CoalmineError('ArtifactInvalid', `${file}: is not JSON`, { cause });
  }
  const parsed = parse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `${i.path.join('.') || '(root)'}: ${i.message}`);
  throw new CoalmineError('ArtifactInvalid', `${file}: ${issues.join('; ')}`);
}

/** The first difference of a signature from the dataset's, or undefined. */
export function difference(actual: Signature, frozen: Signature): string | undefined {
  if (actual.model !== frozen.model) return `model is '${actual.model}', not '${frozen.model}'`;
  if (actual.featureSpecHash !== frozen.featureSpecHash) return 'featureSpecHash differs';
  if (actual.features.length !== frozen.features.length)
    return `has ${actual.features.length} features, not ${frozen.features.length}`;
  const at = actual.features.findIndex((f, i) => {
    const g = frozen.features[i]!;
    if (f.name !== g.name || f.kind !== g.kind) return true;
    return (
      f.kind === 'categorical' &&
      g.kind === 'categorical' &&
      (f.vocabulary.length !== g.vocabulary.length || f.vocabulary.some((c, k) => c !== g.vocabulary[k]))
    );
  });
  return at < 0 ? undefined : `feature ${at} ('${frozen.features[at]!.name}') differs`;
}

/**
 * Opens what training made: every file well-formed, the signature the dataset's own, the model within the model
 * boundary and running.
 * @throws CoalmineError ArtifactInvalid
 */
export async function openCandidate(files: TrainedFiles, frozen: Signature): Promise<Candidate> {
  const signature = parseSignature(files['signature.json']);
  const differs = difference(signature, frozen);
  if (differs)
    throw new CoalmineError('ArtifactInvalid', `signature.json: is not the dataset's own: ${differs}`);
  return {
    signature,
    training: readJson('metrics.json', files['metrics.json'], (j) => trainingMetricsSchema.safeParse(j)),
    environment: readJson('environment.json', files['environment.json'], (j) =>
      environmentSchema.safeParse(j),
    ),
    scorer: await openModel(files['model.onnx'], signature.features.length),
  };
}
