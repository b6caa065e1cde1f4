/** Names that both sides of a boundary must spell alike. No ARN and no physical resource name is here. */

/** Event source on the platform's EventBridge bus. */
export const EVENT_SOURCE = 'coalmine';
/** CloudWatch namespace of every metric the platform emits. */
export const METRIC_NAMESPACE = 'Coalmine';
/** The Lambda alias in front of every inference function. */
export const LIVE_ALIAS = 'live';

/** The colour that a published Lambda version carries for its life. */
export const SLOTS = ['blue', 'green'] as const;
export type Slot = (typeof SLOTS)[number];
export const otherSlot = (slot: Slot): Slot => (slot === 'blue' ? 'green' : 'blue');

export const STAGES = ['dev', 'staging', 'prod', 'local'] as const;
export type Stage = (typeof STAGES)[number];

/** Environment variables of the functions; each function reads its own through `lambdas/shared/env.ts`. */
export const ENV = {
  stage: 'COALMINE_STAGE',
  registryTable: 'COALMINE_REGISTRY_TABLE',
  eventBus: 'COALMINE_EVENT_BUS',
  rawBucket: 'COALMINE_RAW_BUCKET',
  datasetBucket: 'COALMINE_DATASET_BUCKET',
  artifactBucket: 'COALMINE_ARTIFACT_BUCKET',
  predictionBucket: 'COALMINE_PREDICTION_BUCKET',
  /** Name of the inference function that the release machine publishes and shifts. */
  inferenceFunction: 'COALMINE_INFERENCE_FUNCTION',
  inferenceLogGroup: 'COALMINE_INFERENCE_LOG_GROUP',
  releaseMachine: 'COALMINE_RELEASE_MACHINE',
  retrainMachine: 'COALMINE_RETRAIN_MACHINE',
  /** Git commit the stack was synthesised from, or `unknown`. */
  commit: 'COALMINE_COMMIT',
} as const;

/**
 * Environment of the inference function that the release machine seals into a published version.
 * CloudFormation sets none of them: a version without them has no model and answers 503.
 */
export const SEALED_ENV = {
  version: 'MODEL_VERSION',
  run: 'MODEL_RUN',
  slot: 'MODEL_SLOT',
  /** JSON {@link import('./artifact.ts').ArtifactFiles}: key, VersionId and sha256 of each file needed to serve. */
  artifact: 'MODEL_ARTIFACT',
} as const;

/** Response headers of the API. */
export const HEADERS = {
  version: 'x-model-version',
  run: 'x-model-run',
  prediction: 'x-prediction-id',
} as const;

/** Tag of a sealed object whose version is archived; the artifact bucket moves it to cheaper storage by it. */
export const ARCHIVED_TAG = { key: 'coalmine:status', value: 'archived' } as const;

/** Object keys. Every prefix is per model so that a role can be confined to one. */
export const keys = {
  /** Raw partitions: `<model>/dt=YYYY-MM-DD/<anything>.{parquet,csv,jsonl}` in the raw bucket. */
  rawPrefix: (model: string) => `${model}/`,
  rawPartition: (model: string, date: string) => `${model}/dt=${date}/`,
  /** Dataset bucket. */
  datasetPrefix: (model: string) => `datasets/${model}/`,
  dataset: (model: string, version: string, file: DatasetFile) => `datasets/${model}/${version}/${file}`,
  goldenPrefix: (model: string) => `golden/${model}/`,
  golden: (model: string, version: string, file: GoldenFile) => `golden/${model}/${version}/${file}`,
  /** Artifact bucket: what training wrote, what evaluation found, and the sealed version. */
  trainingOutputPrefix: (model: string) => `training/${model}/`,
  checkpointPrefix: (model: string, run: string) => `checkpoints/${model}/${run}/`,
  evaluationPrefix: (model: string) => `evaluations/${model}/`,
  evaluation: (model: string, run: string, file: string) => `evaluations/${model}/${run}/${file}`,
  sealedPrefix: (model: string) => `models/${model}/`,
  sealed: (model: string, version: number, file: string) =>
    `models/${model}/${String(version).padStart(6, '0')}/${file}`,
  /** Prediction-log bucket: Firehose writes `predictions/<model>/dt=YYYY-MM-DD/…` and `errors/<model>/…`. */
  predictionPrefix: (model: string) => `predictions/${model}/`,
  predictionDay: (model: string, date: string) => `predictions/${model}/dt=${date}/`,
  driftReport: (model: string, at: string) => `drift/${model}/${at}.json`,
} as const;

export type DatasetFile =
  | 'train.parquet'
  | 'validation.parquet'
  | 'rejects.parquet'
  | 'signature.json'
  | 'baseline.json'
  | 'manifest.json';
export type GoldenFile = 'golden.parquet' | 'manifest.json';

/** Columns of train/validation/golden parquet beside the features. */
export const COLUMNS = { label: 'label', eventTime: 'event_time', entity: 'entity' } as const;
