import { fileURLToPath } from 'node:url';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { logRetention } from '../lambda/log-retention.ts';
import { acknowledge } from './acknowledge.ts';
import { allowSeparately } from './permissions.ts';
import type { StageSettings } from './stage.ts';

/** A state machine under `statemachines/`. */
export type MachineName = 'retrain' | 'release' | 'rollback';

/** Path of a state machine's definition. */
export const machineFile = (name: MachineName): string =>
  fileURLToPath(new URL(`../../statemachines/${name}.asl.json`, import.meta.url));

export interface MachineProps {
  readonly name: MachineName;
  readonly definition: ModelDefinition;
  readonly settings: StageSettings;
  /** Encrypts the machine's log group. */
  readonly key: IKey;
  /** Values of the `${…}` in the definition. */
  readonly substitutions: Readonly<Record<string, string>>;
}

/** A state machine of one model with its own role and log. */
export class Machine extends Construct {
  readonly role: Role;
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: MachineProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    this.machine = this.createMachine(props);
    this.acknowledgeFindings();
  }

  get arn(): string {
    return this.machine.stateMachineArn;
  }

  /** ARN pattern of the machine's executions. */
  get executions(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.machine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /**
   * Lets a role start this machine. In a policy of its own: the role may belong to a machine that this one starts in
   * turn.
   */
  grantStart(scope: Construct, id: string, role: Role): void {
    allowSeparately(scope, id, role, { actions: ['states:StartExecution'], resources: [this.arn] });
  }

  /** Lets a role do something with the executions of this machine, e.g. `states:StopExecution`. */
  grantExecution(scope: Construct, id: string, role: Role, ...actions: string[]): void {
    allowSeparately(scope, id, role, {
      actions,
      resources: [this.executions],
      wildcard: 'Executions are named at run time; the machine is named.',
    });
  }

  private createMachine(props: MachineProps): StateMachine {
    const log = new LogGroup(this, 'Log', {
      retention: logRetention(props.definition.retention.logDays),
      encryptionKey: props.key,
      removalPolicy: props.settings.removalPolicy,
    });
    return new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromFile(machineFile(props.name)),
      definitionSubstitutions: { ...props.substitutions },
      role: this.role,
      // Input and output are keys and numbers, never data: they may be in the log.
      logs: { destination: log, level: LogLevel.ALL, includeExecutionData: true },
      removalPolicy: props.settings.removalPolicy,
    });
  }

  private acknowledgeFindings(): void {
    acknowledge(
      this.role,
      'AwsSolutions-IAM5[Resource::*]',
      'The log deliveries of Step Functions have no resource level.',
    );
    acknowledge(
      this.machine,
      'AwsSolutions-SF2',
      'The execution history and the log of every event answer what a trace would; no function is traced.',
    );
  }
}
