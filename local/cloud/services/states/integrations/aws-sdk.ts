import {
  argumentsOf,
  asText,
  callService,
  camelKeys,
  errorNamer,
  type Integration,
  pascalKeys,
  plain,
} from './integration.ts';

/** A service as SDK integrations name it: its signing name here, its name in errors, and how its wire spells keys. */
interface SdkService {
  readonly service: string;
  readonly errors: string;
  /** Keys are lowerCamel on the wire; state machines write and read them in PascalCase. */
  readonly camel?: true;
}

/** By the name in `arn:aws:states:::aws-sdk:<name>:<action>`, which is that of the Java SDK. */
const SERVICES: Readonly<Record<string, SdkService>> = {
  cloudwatch: { service: 'monitoring', errors: 'CloudWatch' },
  cloudwatchlogs: { service: 'logs', errors: 'CloudWatchLogs', camel: true },
  dynamodb: { service: 'dynamodb', errors: 'DynamoDb' },
  eventbridge: { service: 'events', errors: 'EventBridge' },
  firehose: { service: 'firehose', errors: 'Firehose' },
  lambda: { service: 'lambda', errors: 'Lambda' },
  s3: { service: 's3', errors: 'S3' },
  sagemaker: { service: 'sagemaker', errors: 'SageMaker' },
  scheduler: { service: 'scheduler', errors: 'Scheduler' },
  sfn: { service: 'states', errors: 'Sfn', camel: true },
  sns: { service: 'sns', errors: 'Sns' },
  sqs: { service: 'sqs', errors: 'Sqs' },
};

/** Arguments that travel as JSON text although a state machine may write them as objects. */
const TEXT_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  sfn: ['Input', 'Output'],
  sns: ['Message'],
  sqs: ['MessageBody'],
  lambda: ['Payload'],
};

/** `arn:aws:states:::aws-sdk:<service>:<action>`: any operation that the local cloud has. */
export function awsSdk(name: string, action: string, callback: boolean): Integration | undefined {
  const sdk = SERVICES[name];
  if (!sdk) return undefined;
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  const namer = errorNamer(sdk.errors, `${sdk.errors}Exception`);
  return {
    resourceType: `aws-sdk:${name}`,
    resource: callback ? `${action}.waitForTaskToken` : action,
    callback,
    run: async (args, call) => {
      const given = { ...argumentsOf(args) };
      for (const key of TEXT_ARGUMENTS[name] ?? [])
        if (given[key] !== undefined) given[key] = asText(given[key]);
      const input = sdk.camel ? camelKeys(given) : given;
      const output = plain(await callService(call, sdk.service, operation, input, namer));
      return sdk.camel ? pascalKeys(output) : output;
    },
  };
}
