import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { keys } from '../../contracts/names.ts';
import { jobPrefixes } from '../../contracts/training.ts';
import type { DatasetFunction } from '../dataset/dataset-function.ts';
import type { EvaluationFunction } from '../evaluation/evaluation-function.ts';
import type { RegistryFunction } from '../registry/registry-function.ts';
import { Machine } from '../shared/machine.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { allow } from '../shared/permissions.ts';
import { TRAINING_PROGRAM } from './source.ts';

export interface RetrainMachineProps extends ModelStackProps {
  readonly dataset: DatasetFunction;
  readonly evaluation: EvaluationFunction;
  readonly registry: RegistryFunction;
  /** Started when a version is registered, if the model releases on registration. */
  readonly release: Machine;
  readonly trainingRole: Role;
  /** URI of the training image. */
  readonly image: string;
  /** The training program. */
  readonly source: Asset;
}

/** The retrain machine: freeze, train, evaluate, register. */
export function retrainMachine(scope: Construct, id: string, props: RetrainMachineProps): Machine {
  const machine = new Machine(scope, id, {
    name: 'retrain',
    definition: props.definition,
    settings: props.settings,
    key: props.storage.dataKey.key,
    substitutions: substitutions(props),
  });
  for (const fn of [props.dataset, props.evaluation, props.registry]) fn.grantInvoke(machine.role);
  props.storage.platformBus.grantPublishTo(machine.role);
  grantTraining(machine.role, props);
  // Whether a run that reserved a part of the budget still goes on.
  machine.grantExecution(scope, 'LookAtRetrains', props.registry.role, 'states:DescribeExecution');
  if (releasesOnRegistration(props)) {
    props.release.grantStart(scope, `${id}StartsRelease`, machine.role);
  }
  return machine;
}

const releasesOnRegistration = ({ definition }: RetrainMachineProps) =>
  definition.release.start === 'on-registration';

function substitutions(props: RetrainMachineProps): Record<string, string> {
  const { definition, storage } = props;
  const { trainer, name } = definition;
  const { artifacts } = storage.buckets;
  return {
    RegistryFunction: props.registry.function.functionArn,
    DatasetFunction: props.dataset.function.functionArn,
    EvaluationFunction: props.evaluation.function.functionArn,
    EventBusName: storage.platformBus.bus.eventBusName,
    ReleaseMachineArn: props.release.arn,
    ReleaseOnRegistration: String(releasesOnRegistration(props)),
    Model: name,
    Stage: props.settings.stage,
    TrainingRoleArn: props.trainingRole.roleArn,
    TrainingImage: props.image,
    SubmitDirectory: props.source.s3ObjectUrl,
    TrainingProgram: TRAINING_PROGRAM,
    Container: trainer.container,
    NetworkIsolation: String(trainer.networkIsolation),
    InstallPackages: trainer.networkIsolation ? 'true' : INSTALL_PACKAGES,
    InstanceCount: String(trainer.instanceCount),
    VolumeGb: String(trainer.volumeGb),
    VolumeKmsKey: storage.dataKey.key.keyArn,
    OutputPath: artifacts.bucket.s3UrlForObject(keys.trainingOutputPrefix(name).replace(/\/$/, '')),
    CheckpointPath: artifacts.bucket.s3UrlForObject(`checkpoints/${name}/`),
    UseSpot: String(trainer.spot),
    MaxRuntimeSeconds: String(trainer.maxHours * 3600),
    MaxWaitSeconds: String(trainer.maxWaitHours * 3600),
  };
}

/**
 * With a network the pinned packages come from PyPI, as the wheels would: into a folder that Python looks into last, and
 * without what they depend on (training/packages.py says why). SageMaker takes 256 characters for the whole line.
 */
const INSTALL_PACKAGES =
  'pip install -q --no-deps -t /tmp/pip -r /tmp/code/requirements-image.txt && export COALMINE_INSTALLED_PACKAGES=/tmp/pip';

/** What the `.sync` integrations need, see the Step Functions developer guide, "SageMaker AI". */
function grantTraining(role: Role, props: RetrainMachineProps): void {
  const { name, trainer } = props.definition;
  grantJobs(role, {
    kind: 'TrainingJob',
    arn: `training-job/${jobPrefixes.training(name)}*`,
    rule: 'StepFunctionsGetEventsForSageMakerTrainingJobsRule',
  });
  if (trainer.tuning) grantTuning(role, name);
  allow(role, {
    actions: ['iam:PassRole'],
    resources: [props.trainingRole.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
  });
}

function grantTuning(role: Role, model: string): void {
  const prefix = jobPrefixes.tuning(model);
  grantJobs(role, {
    kind: 'HyperParameterTuningJob',
    arn: `hyper-parameter-tuning-job/${prefix}*`,
    rule: 'StepFunctionsGetEventsForSageMakerTuningJobsRule',
  });
  const of = (resource: string) => Stack.of(role).formatArn({ service: 'sagemaker', resource });
  allow(role, {
    actions: ['sagemaker:ListTrainingJobsForHyperParameterTuningJob'],
    resources: [of(`hyper-parameter-tuning-job/${prefix}*`)],
    wildcard: 'Jobs are named after their run; the prefix is the model.',
  });
  allow(role, {
    actions: ['sagemaker:DescribeTrainingJob'],
    resources: [of(`training-job/${prefix}*`)],
    wildcard: "SageMaker names trials after their tuning job; the prefix is the model's.",
  });
}

interface Jobs {
  readonly kind: 'TrainingJob' | 'HyperParameterTuningJob';
  readonly arn: string;
  /** The rule through which Step Functions learns that a job has ended. */
  readonly rule: string;
}

function grantJobs(role: Role, { kind, arn, rule }: Jobs): void {
  const of = (service: string, resource: string) => Stack.of(role).formatArn({ service, resource });
  const actions = [`Create${kind}`, `Describe${kind}`, `Stop${kind}`, 'AddTags', 'ListTags'];
  allow(role, {
    actions: actions.map((action) => `sagemaker:${action}`),
    resources: [of('sagemaker', arn)],
    wildcard: 'Jobs are named after their run; the prefix is the model.',
  });
  allow(role, {
    actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    resources: [of('events', `rule/${rule}`)],
  });
}
