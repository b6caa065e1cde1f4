import { Duration } from 'aws-cdk-lib';
import { StorageClass } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { ARCHIVED_TAG, ENV, keys } from '../../contracts/names.ts';
import type { ModelFunction } from '../lambda/model-function.ts';
import type { StageSettings } from '../shared/stage.ts';
import { DataBucket } from './data-bucket.ts';
import type { DataKey } from './data-key.ts';

export interface DataBucketsProps {
  readonly dataKey: DataKey;
  readonly settings: StageSettings;
  readonly models: readonly ModelDefinition[];
}

/** The four buckets. Each grant gives a function the permission on its model's prefix and the bucket's name. */
export class DataBuckets extends Construct {
  readonly raw: DataBucket;
  readonly datasets: DataBucket;
  readonly artifacts: DataBucket;
  readonly predictions: DataBucket;

  constructor(scope: Construct, id: string, props: DataBucketsProps) {
    super(scope, id);
    const { dataKey, settings } = props;
    this.raw = new DataBucket(this, 'Raw', { dataKey, settings });
    this.datasets = new DataBucket(this, 'Datasets', {
      dataKey,
      settings,
      sealedPrefixes: ['datasets/', 'golden/'],
    });
    this.artifacts = new DataBucket(this, 'Artifacts', {
      dataKey,
      settings,
      // Not all of it: SageMaker writes its outputs without the condition.
      sealedPrefixes: ['models/'],
      lifecycleRules: [...scratchRules(), archivedRule()],
    });
    this.predictions = new DataBucket(this, 'Predictions', {
      dataKey,
      settings,
      // Personal data: what has expired shall not live on as a noncurrent version.
      noncurrentDays: 1,
      lifecycleRules: props.models.map(predictionRule),
    });
  }

  /** Raw data of the function's model. */
  grantReadRaw(fn: ModelFunction): void {
    this.raw.grantRead(fn.role, keys.rawPrefix(fn.model));
    this.raw.grantList(fn.role, keys.rawPrefix(fn.model));
    fn.setEnvironment(ENV.rawBucket, this.raw.name);
  }

  /** Dataset versions and golden sets. */
  grantReadDatasets(fn: ModelFunction): void {
    for (const prefix of datasetPrefixes(fn.model)) this.datasets.grantRead(fn.role, prefix);
    fn.setEnvironment(ENV.datasetBucket, this.datasets.name);
  }

  grantReadWriteDatasets(fn: ModelFunction): void {
    this.grantReadDatasets(fn);
    for (const prefix of datasetPrefixes(fn.model)) {
      this.datasets.grantList(fn.role, prefix);
      this.datasets.grantWrite(fn.role, prefix);
    }
  }

  /** Sealed versions only: what serves. */
  grantReadSealed(fn: ModelFunction): void {
    this.artifacts.grantRead(fn.role, keys.sealedPrefix(fn.model));
    fn.setEnvironment(ENV.artifactBucket, this.artifacts.name);
  }

  /** Reads what training wrote and sealed versions, writes what it finds. */
  grantEvaluate(fn: ModelFunction): void {
    this.grantReadSealed(fn);
    this.artifacts.grantRead(fn.role, keys.trainingOutputPrefix(fn.model));
    this.artifacts.grantRead(fn.role, keys.evaluationPrefix(fn.model));
    this.artifacts.grantWrite(fn.role, keys.evaluationPrefix(fn.model));
  }

  /** Seals what evaluation wrote into a version. */
  grantSeal(fn: ModelFunction): void {
    this.grantReadSealed(fn);
    this.artifacts.grantRead(fn.role, keys.evaluationPrefix(fn.model));
    this.artifacts.grantWrite(fn.role, keys.sealedPrefix(fn.model));
  }

  /** Tags sealed objects; their bytes stay as they are, and nobody may delete them. */
  grantTagSealed(fn: ModelFunction): void {
    this.artifacts.grantTag(fn.role, keys.sealedPrefix(fn.model));
    fn.setEnvironment(ENV.artifactBucket, this.artifacts.name);
  }

  /** What training wrote: a repeated run is held against the recorded one. */
  grantReadTrained(fn: ModelFunction): void {
    this.artifacts.grantRead(fn.role, keys.trainingOutputPrefix(fn.model));
    fn.setEnvironment(ENV.artifactBucket, this.artifacts.name);
  }

  /** Reads the prediction log and writes drift reports. */
  grantCheckDrift(fn: ModelFunction): void {
    this.predictions.grantRead(fn.role, keys.predictionPrefix(fn.model));
    this.predictions.grantList(fn.role, keys.predictionPrefix(fn.model));
    this.predictions.grantWrite(fn.role, `drift/${fn.model}/`);
    this.predictions.grantRead(fn.role, `drift/${fn.model}/`);
    fn.setEnvironment(ENV.predictionBucket, this.predictions.name);
  }
}

const datasetPrefixes = (model: string) => [keys.datasetPrefix(model), keys.goldenPrefix(model)];

/** What a run leaves behind: checkpoints matter until it ends, the rest until somebody has asked why it was rejected. */
const scratchRules = () => [
  { id: 'checkpoints', prefix: 'checkpoints/', expiration: Duration.days(14) },
  { id: 'training', prefix: 'training/', expiration: Duration.days(90) },
  { id: 'evaluations', prefix: 'evaluations/', expiration: Duration.days(365) },
];

/**
 * Artifacts of archived versions: read by auditors only, but then at once. Transitions alone; no rule expires a sealed
 * object, a dataset version or a golden set.
 */
const archivedRule = () => ({
  id: 'archived',
  prefix: 'models/',
  tagFilters: { [ARCHIVED_TAG.key]: ARCHIVED_TAG.value },
  transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(1) }],
});

const predictionRule = (model: ModelDefinition) => ({
  id: `predictions-${model.name}`,
  prefix: keys.predictionPrefix(model.name),
  expiration: Duration.days(model.retention.predictionDays),
});
