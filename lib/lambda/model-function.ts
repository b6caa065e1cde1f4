import { Duration, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { ENV } from '../../contracts/names.ts';
import { allow } from '../shared/permissions.ts';
import type { StageSettings } from '../shared/stage.ts';
import type { Capability } from './capabilities.ts';
import type { CodeSource } from './code.ts';
import { logRetention } from './log-retention.ts';

export interface ModelFunctionProps {
  readonly capability: Capability;
  readonly definition: ModelDefinition;
  readonly settings: StageSettings;
  readonly code: CodeSource;
  /** Encrypts the function's log group. */
  readonly key: IKey;
  /** Memory in MB; CPU comes with it (1769 MB is one core). @default 512 */
  readonly memoryMb?: number;
  /** Longest that one invocation may take, in seconds. @default 30 */
  readonly timeoutSeconds?: number;
  /** Size of /tmp in MB. @default 512 */
  readonly temporaryMb?: number;
  /** Most environments at once. @default unreserved */
  readonly reservedConcurrency?: number;
}

/** One capability of one model in Lambda: function, role and log group, with no permission but to write its log. */
export class ModelFunction extends Construct {
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly function: LambdaFunction;
  readonly definition: ModelDefinition;

  constructor(scope: Construct, id: string, props: ModelFunctionProps) {
    super(scope, id);
    this.definition = props.definition;
    this.logGroup = this.createLogGroup(props);
    this.role = this.createRole();
    this.function = this.createFunction(props);
    this.setEnvironment(ENV.stage, props.settings.stage);
  }

  /** Name of the model that the function is made for. */
  get model(): string {
    return this.definition.name;
  }

  setEnvironment(name: string, value: string): void {
    this.function.addEnvironment(name, value);
  }

  /** Lets a role invoke the unqualified function. */
  grantInvoke(role: Role): void {
    allow(role, { actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] });
  }

  private createLogGroup(props: ModelFunctionProps): LogGroup {
    return new LogGroup(this, 'Log', {
      retention: logRetention(props.definition.retention.logDays),
      encryptionKey: props.key,
      removalPolicy: props.settings.removalPolicy,
    });
  }

  private createRole(): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroup.logGroupArn],
    });
    return role;
  }

  private createFunction(props: ModelFunctionProps): LambdaFunction {
    return new LambdaFunction(this, 'Function', {
      description: `${props.capability} of ${props.definition.name}`,
      code: props.code.of(props.capability, props.definition.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      // onnxruntime has open crash reports on arm64 in Lambda.
      architecture: Architecture.X86_64,
      role: this.role,
      logGroup: this.logGroup,
      memorySize: props.memoryMb ?? 512,
      timeout: Duration.seconds(props.timeoutSeconds ?? 30),
      ephemeralStorageSize: Size.mebibytes(props.temporaryMb ?? 512),
      reservedConcurrentExecutions: props.reservedConcurrency,
    });
  }
}
