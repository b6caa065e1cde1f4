import type { ServiceFactory } from '../types.ts';
import { createApiGateway } from './apigateway/index.ts';
import { CORE_SERVICES } from './core.ts';
import { createDynamoDb } from './dynamodb/index.ts';
import { createEvents } from './events/index.ts';
import { createFirehose } from './firehose/index.ts';
import { createLambda } from './lambda/index.ts';
import { createLogs } from './logs/index.ts';
import { createCloudWatch } from './monitoring/index.ts';
import { createS3 } from './s3/index.ts';
import { createSageMaker, type SageMakerOptions } from './sagemaker/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { createSns } from './sns/index.ts';
import { createSqs } from './sqs/index.ts';
import { createStates } from './states/index.ts';

/** Every service of the local cloud; training jobs run as `sagemaker` says. */
export const servicesWith = ({
  sagemaker,
}: {
  readonly sagemaker?: SageMakerOptions;
}): readonly ServiceFactory[] => [
  ...CORE_SERVICES,
  createS3,
  createDynamoDb,
  createSqs,
  createSns,
  createEvents,
  createScheduler,
  createFirehose,
  createLogs,
  createCloudWatch,
  createLambda,
  createApiGateway,
  createStates,
  () => createSageMaker(sagemaker),
];

export const SERVICES = servicesWith({});
