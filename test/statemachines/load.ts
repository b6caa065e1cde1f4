import { readFileSync } from 'node:fs';

export const MACHINES = ['retrain', 'release', 'rollback'] as const;
export type MachineName = (typeof MACHINES)[number];

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}
export interface State {
  readonly Type: 'Task' | 'Map' | 'Pass' | 'Choice' | 'Wait' | 'Succeed' | 'Fail';
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Arguments?: {
    readonly Payload?: { readonly action?: string };
    readonly Entries?: readonly {
      readonly DetailType: string;
      readonly Detail: Readonly<Record<string, unknown>>;
    }[];
  };
  /** Of a Map. */
  readonly ItemProcessor?: Machine;
  readonly TimeoutSeconds?: number | string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Default?: string;
  readonly Next?: string;
}
export interface Machine {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

export const text = (name: MachineName): string =>
  readFileSync(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8');

/** The definition with its substitutions filled in. @throws Error naming a substitution that is not given */
export function load(
  name: MachineName,
  substitutions: Readonly<Record<string, string>> = SUBSTITUTIONS,
): Machine {
  const filled = text(name).replace(/\$\{(\w+)\}/g, (_, key: string) => {
    const value = substitutions[key];
    if (value === undefined) throw new Error(`substitution ${key} of ${name} is not given`);
    return value;
  });
  return JSON.parse(filled) as Machine;
}

/** Where a state can lead: next, choices and catchers. */
export const targets = (s: State): string[] => [
  ...(s.Next ? [s.Next] : []),
  ...(s.Choices ?? []).map((c) => c.Next),
  ...(s.Default ? [s.Default] : []),
  ...(s.Catch ?? []).map((c) => c.Next),
];

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;
export const SUBSTITUTIONS: Readonly<Record<string, string>> = {
  RegistryFunction: arn('lambda', 'function:registry'),
  DatasetFunction: arn('lambda', 'function:dataset'),
  EvaluationFunction: arn('lambda', 'function:evaluation'),
  ReleaseFunction: arn('lambda', 'function:release'),
  RollbackFunction: arn('lambda', 'function:rollback'),
  EventBusName: 'bus',
  Model: 'fraud',
  ReleaseMachineArn: arn('states', 'stateMachine:release'),
  RollbackMachineArn: arn('states', 'stateMachine:rollback'),
  TrainingRoleArn: 'arn:aws:iam::123456789012:role/training',
  TrainingImage: 'image',
  InstanceCount: '1',
  VolumeGb: '50',
  VolumeKmsKey: arn('kms', 'key/1'),
  OutputPath: 's3://artifacts/training/fraud/',
  CheckpointPath: 's3://artifacts/checkpoints/fraud/',
  UseSpot: 'true',
  MaxRuntimeSeconds: '14400',
  MaxWaitSeconds: '28800',
  ReleaseOnRegistration: 'true',
  SubmitDirectory: 's3://assets/abc.tar.gz',
  TrainingProgram: 'train.py',
  Container: 'xgboost',
  NetworkIsolation: 'true',
  InstallPackages: 'true',
  Stage: 'local',
};
