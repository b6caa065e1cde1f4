import { StateError } from '../errors.ts';
import {
  argumentsOf,
  asText,
  callService,
  type ErrorNamer,
  errorNamer,
  type Integration,
  plain,
} from './integration.ts';

const pascal = (action: string): string => action.charAt(0).toUpperCase() + action.slice(1);

/** One API call; the answer is the result. */
const simple = (
  service: string,
  action: string,
  name: ErrorNamer,
  prepare: (args: Record<string, unknown>) => Record<string, unknown> = (a) => a,
  callback = false,
): Integration => ({
  resourceType: service,
  resource: callback ? `${action}.waitForTaskToken` : action,
  callback,
  run: async (args, call) =>
    plain(await callService(call, service, pascal(action), prepare(argumentsOf(args)), name)),
});

/** `sns:publish`: a message that is an object travels as JSON. */
export const snsPublish = (callback: boolean): Integration =>
  simple(
    'sns',
    'publish',
    errorNamer('SNS', 'AmazonSNSException'),
    (a) => ({ ...a, Message: asText(a['Message']) }),
    callback,
  );

export const sqsSendMessage = (callback: boolean): Integration =>
  simple(
    'sqs',
    'sendMessage',
    errorNamer('SQS', 'AmazonSQSException'),
    (a) => ({ ...a, MessageBody: asText(a['MessageBody']) }),
    callback,
  );

const DYNAMODB_ACTIONS = ['getItem', 'putItem', 'updateItem', 'deleteItem'];
export const dynamoDb = (action: string): Integration | undefined =>
  DYNAMODB_ACTIONS.includes(action)
    ? simple('dynamodb', action, errorNamer('DynamoDB', 'AmazonDynamoDBException'))
    : undefined;

const eventsName = errorNamer('EventBridge', 'AmazonEventBridgeException');

/**
 * `events:putEvents`: details that are objects travel as JSON, the execution and its machine are added to the
 * resources, and an entry that failed fails the task as `EventBridge.FailedEntry`.
 */
export const putEvents = (callback: boolean): Integration => ({
  resourceType: 'events',
  resource: callback ? 'putEvents.waitForTaskToken' : 'putEvents',
  callback,
  run: async (args, call) => {
    const given = argumentsOf(args);
    const entries = (given['Entries'] as Record<string, unknown>[] | undefined) ?? [];
    const Entries = entries.map((e) => ({
      ...e,
      Detail: asText(e['Detail'] ?? {}),
      Resources: [
        ...((e['Resources'] as string[] | undefined) ?? []),
        call.executionArn,
        call.stateMachineArn,
      ],
    }));
    const result = await callService(call, 'events', 'PutEvents', { ...given, Entries }, eventsName);
    if (Number(result['FailedEntryCount'] ?? 0) > 0)
      throw new StateError('EventBridge.FailedEntry', JSON.stringify(plain(result)));
    return plain(result);
  },
});
