import { join, resolve } from 'node:path';
import { App, Tags, Validations } from 'aws-cdk-lib';
import type { ModelDefinition } from '../contracts/model-definition.ts';
import type { Stage } from '../contracts/names.ts';
import { type CodeSource, FunctionCode } from './lambda/code.ts';
import { stageSettings } from './shared/stage.ts';
import { MonitoringStack } from './stacks/monitoring-stack.ts';
import { ServingStack } from './stacks/serving-stack.ts';
import { StorageStack } from './stacks/storage-stack.ts';
import { TrainingStack } from './stacks/training-stack.ts';
import { packSource } from './training/source.ts';

/** Folder of the project. */
export const ROOT = resolve(import.meta.dirname, '..');

/**
 * Behaviours of the CDK that the templates depend on. Here and not in `cdk.json`, so that the application says the
 * same whether the CLI runs it or it runs by itself.
 */
const CONTEXT = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/aws-apigateway:disableCloudWatchRole': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
  '@aws-cdk/aws-events:eventsTargetQueueSameAccount': true,
  // A stack that another one reads from cannot drop what is read.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  // Construct paths are how people, and the rehearsal, find a resource.
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': false,
  'aws:cdk:disable-metadata-stack-trace': true,
};

export interface AppOptions {
  readonly stage: Stage;
  readonly models: readonly ModelDefinition[];
  /** Git commit of the code. @default 'unknown' */
  readonly commit?: string;
  /** Where the cloud assembly goes. @default what the CDK CLI says, or a temporary folder */
  readonly outdir?: string;
  /** Code of the functions. @default bundled from `lambdas/` */
  readonly code?: CodeSource;
  /**
   * Whether cdk-nag and CloudFormation's own rules look at the result; both take longer than the rest together.
   * @default for every stage but `local`, which is not deployed
   */
  readonly checked?: boolean;
}

/** The stacks of one stage, by role. */
export interface CoalmineApp {
  readonly app: App;
  readonly storage: StorageStack;
  readonly models: readonly {
    readonly definition: ModelDefinition;
    readonly serving: ServingStack;
    readonly training: TrainingStack;
    readonly monitoring: MonitoringStack;
  }[];
}

/** Builds the stacks of one stage: one for what is shared and stateful, three for each model. */
export async function buildApp(options: AppOptions): Promise<CoalmineApp> {
  const checked = options.checked ?? options.stage !== 'local';
  const app = new App({
    outdir: options.outdir,
    context: CONTEXT,
    analyticsReporting: false,
    builtinCloudFormationValidation: checked,
  });
  const settings = stageSettings(options.stage, options.commit ?? 'unknown');
  const code = options.code ?? new FunctionCode({ root: ROOT, models: options.models });
  const source = await packSource(join(ROOT, 'training'), options.stage !== 'local');
  const prefix = `coalmine-${options.stage}`;

  const storage = new StorageStack(app, `${prefix}-storage`, { settings, models: options.models });
  const models = options.models.map((definition) => {
    const props = { definition, settings, code, storage };
    const name = `${prefix}-${definition.name}`;
    const serving = new ServingStack(app, `${name}-serving`, props);
    const { release } = serving.machines;
    const training = new TrainingStack(app, `${name}-training`, { ...props, release, source });
    const monitoring = new MonitoringStack(app, `${name}-monitoring`, { ...props, training, serving });
    for (const stack of [serving, training, monitoring])
      Tags.of(stack).add('coalmine:model', definition.name);
    return { definition, serving, training, monitoring };
  });
  Tags.of(app).add('coalmine:stage', options.stage);
  if (checked) await addChecks(app);
  return { app, storage, models };
}

/** Loads cdk-nag only where it is asked for: its import takes as long as the CDK's. */
async function addChecks(app: App): Promise<void> {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
