import { InferenceSession, Tensor } from 'onnxruntime-node';
import { MODEL_INPUT, MODEL_OUTPUT } from '../../../contracts/boundary.ts';
import { CoalmineError } from '../../../contracts/errors.ts';

/** A loaded model: vectors in, scores out. */
export interface Scorer {
  readonly width: number;
  /**
   * Scores `rows` vectors of {@link width} numbers, laid row by row in `vectors`. Blocks the event loop while it runs.
   * The caller checks that scores are finite.
   */
  score(vectors: Float32Array, rows: number): Promise<Float32Array>;
}

/**
 * One row is too little work to share between threads: with more than one, onnxruntime only adds hand-over time, and
 * a Lambda function of 1769 MB has one vCPU. Graph optimisation stays at its default (all).
 */
const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Errors only: warnings of the runtime would be lines in the log that nobody can act on.
  logSeverityLevel: 3,
};

const invalid = (message: string, cause?: unknown) =>
  new CoalmineError('ArtifactInvalid', `model.onnx: ${message}`, { cause });
const reason = (e: unknown) => (e instanceof Error ? e.message : String(e)).split('\n')[0]!.slice(0, 300);

/** Why the session does not fit the model boundary, or undefined. A symbolic dimension (text) fits any size. */
function mismatch(session: InferenceSession, width: number): string | undefined {
  const input = session.inputMetadata.find((m) => m.name === MODEL_INPUT);
  if (session.inputNames.length !== 1 || !input?.isTensor)
    return `must have one input tensor '${MODEL_INPUT}', has: ${session.inputNames.join(', ')}`;
  if (input.type !== 'float32') return `input '${MODEL_INPUT}' must be float32, is ${input.type}`;
  const [rows, columns, ...more] = input.shape;
  if (columns === undefined || more.length > 0)
    return `input '${MODEL_INPUT}' must have shape [N, ${width}], has [${input.shape.join(', ')}]`;
  if (typeof rows === 'number') return `input '${MODEL_INPUT}' must take any number of rows, takes ${rows}`;
  if (typeof columns === 'number' && columns !== width)
    return `input '${MODEL_INPUT}' takes ${columns} features, the signature has ${width}`;
  const output = session.outputMetadata.find((m) => m.name === MODEL_OUTPUT);
  if (!output?.isTensor)
    return `must have an output '${MODEL_OUTPUT}', has: ${session.outputNames.join(', ')}`;
  if (output.type !== 'float32') return `output '${MODEL_OUTPUT}' must be float32, is ${output.type}`;
  if (output.shape.length !== 1)
    return `output '${MODEL_OUTPUT}' must have shape [N], has [${output.shape.join(', ')}]`;
  return undefined;
}

/**
 * Loads a model and proves that it runs: names, types and shapes of the model boundary, then one row in which every
 * feature is missing, which must give one finite score. That row also warms the runtime up.
 * @param width number of features of the signature
 * @throws CoalmineError ArtifactInvalid
 */
export async function openModel(bytes: Uint8Array, width: number): Promise<Scorer> {
  const session = await InferenceSession.create(bytes, OPTIONS).catch((e: unknown) => {
    throw invalid(`cannot be loaded: ${reason(e)}`, e);
  });
  const wrong = mismatch(session, width);
  if (wrong) throw invalid(wrong);

  // By name, and only this: a tree model may have an int64 label output beside it, whose BigInt breaks JSON.
  const fetches = [MODEL_OUTPUT];
  const scorer: Scorer = {
    width,
    score: async (vectors, rows) => {
      const feeds = { [MODEL_INPUT]: new Tensor('float32', vectors, [rows, width]) };
      const result = await session.run(feeds, fetches);
      return result[MODEL_OUTPUT]!.data as Float32Array;
    },
  };
  const dummy = await scorer.score(new Float32Array(width).fill(Number.NaN), 1).catch((e: unknown) => {
    throw invalid(`fails on a row of missing values: ${reason(e)}`, e);
  });
  if (dummy.length !== 1 || !Number.isFinite(dummy[0]))
    throw invalid(`answers a row of missing values with [${dummy.join(', ')}], not with one finite score`);
  return scorer;
}
