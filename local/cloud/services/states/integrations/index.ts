import { NotSupportedLocally } from '../../../types.ts';
import { awsSdk } from './aws-sdk.ts';
import { startExecution } from './executions.ts';
import type { Integration } from './integration.ts';
import { lambdaDirect, lambdaInvoke } from './lambda.ts';
import { dynamoDb, putEvents, snsPublish, sqsSendMessage } from './simple.ts';
import { createTrainingJob, createTuningJob } from './training.ts';

type Pattern = '' | '.sync' | '.sync:2' | '.waitForTaskToken';
const RESOURCE =
  /^arn:[^:]+:states:::((?:aws-sdk:)?[a-z0-9-]+):([A-Za-z0-9]+)(\.sync|\.sync:2|\.waitForTaskToken)?$/;

function find(service: string, action: string, pattern: Pattern): Integration | undefined {
  const callback = pattern === '.waitForTaskToken';
  const sync = pattern === '.sync' || pattern === '.sync:2';
  if (service.startsWith('aws-sdk:'))
    return sync ? undefined : awsSdk(service.slice('aws-sdk:'.length), action, callback);
  const key = `${service}:${action}`;
  if (key === 'states:startExecution') return startExecution(pattern);
  if (key === 'sagemaker:createTrainingJob' && !callback) return createTrainingJob(sync);
  if (key === 'sagemaker:createHyperParameterTuningJob' && !callback) return createTuningJob(sync);
  if (sync) return undefined;
  if (key === 'lambda:invoke') return lambdaInvoke(callback);
  if (key === 'events:putEvents') return putEvents(callback);
  if (key === 'sns:publish') return snsPublish(callback);
  if (key === 'sqs:sendMessage') return sqsSendMessage(callback);
  return service === 'dynamodb' && !callback ? dynamoDb(action) : undefined;
}

const known = new Map<string, Integration>();

/** The integration of a Task's `Resource`. @throws NotSupportedLocally naming it */
export function integrationOf(resource: string): Integration {
  const cached = known.get(resource);
  if (cached) return cached;
  let found: Integration | undefined;
  if (/^arn:[^:]+:lambda:/.test(resource)) found = lambdaDirect(resource);
  else {
    const [, service, action, pattern] = RESOURCE.exec(resource) ?? [];
    if (service && action) found = find(service, action, (pattern ?? '') as Pattern);
  }
  if (!found) throw new NotSupportedLocally(`Step Functions resource ${resource}`);
  known.set(resource, found);
  return found;
}
