import type { RunningCloud } from '../cloud/cloud.ts';

/** Outputs of the stacks of one model and of the shared storage. */
export interface Outputs {
  readonly ApiUrl: string;
  readonly ApiClientPolicyArn: string;
  readonly InferenceFunctionName: string;
  readonly InferenceLogGroupName: string;
  readonly RegistryFunctionName: string;
  readonly RetrainMachineArn: string;
  readonly ReleaseMachineArn: string;
  readonly RollbackMachineArn: string;
  readonly RawBucketName: string;
  readonly DatasetBucketName: string;
  readonly ArtifactBucketName: string;
  readonly PredictionBucketName: string;
  readonly RegistryTableName: string;
  readonly EventBusName: string;
}

/** @throws Error if the model was not synthesised */
export function outputsOf(running: RunningCloud, model: string): Outputs {
  const own = running.stacks.filter((s) =>
    new RegExp(`-${model}-(serving|training|monitoring)$`).test(s.name),
  );
  if (own.length === 0) {
    const names = running.stacks.map((s) => s.name).join(', ');
    throw new Error(`no stacks of model '${model}' in the cloud assembly; there are ${names}`);
  }
  const storage = running.stacks.filter((s) => s.name.endsWith('-storage'));
  return Object.assign({}, ...[...storage, ...own].map((s) => s.outputs)) as Outputs;
}
