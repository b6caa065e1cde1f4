import { type Access, AwsError, type Cloud, type Operation, type Service, type Shape } from '../../types.ts';
import { kmsUse, parseArn } from '../common.ts';
import { Engine, type EngineOperation } from './engine.ts';
import { batchKeys, leadingKeys } from './leading-keys.ts';
import { Lock } from './lock.ts';
import { type Table, tableType } from './tables.ts';
import { Tokens, transactWrite, type WriteKind, writeActions } from './transaction.ts';
import { sweep, sweepDaily } from './ttl.ts';

/** IAM actions of a transaction's parts. */
const TRANSACT_ACTION: Readonly<Record<WriteKind, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * DynamoDB: dynalite's operations in process, and what dynalite lacks: transactions, time to live, the old item on a
 * failed condition.
 */
export function createDynamoDb(): Service {
  const tables = new Map<string, Table>();
  const lock = new Lock();
  const tokens = new Tokens();
  let running: Engine | undefined;
  const engine = (cloud: Cloud): Engine => {
    running ??= new Engine(cloud.account, cloud.region);
    return running;
  };

  /** Templates and SDKs name a table by its name or its ARN. @throws AwsError ResourceNotFoundException */
  const table = (name: string): Table => {
    const found = tables.get(name?.startsWith('arn:') ? parseArn(name).resource.split('/')[1]! : name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
  };
  const on = (cloud: Cloud, action: string, name: string, request: Shape): Access[] => {
    const { arn, kmsKey, keyNames } = table(name);
    const resource = request.IndexName === undefined ? arn : `${arn}/index/${request.IndexName}`;
    const keys = leadingKeys(request, keyNames[0]);
    return [
      {
        action: `dynamodb:${action}`,
        resource,
        ...(keys.length > 0 && { context: { 'dynamodb:LeadingKeys': keys } }),
      },
      // DynamoDB uses the table's key on behalf of whoever reads or writes; Decrypt opens the table key.
      ...kmsUse(cloud, kmsKey, 'dynamodb', ['Decrypt']),
    ];
  };
  const named = (input: Shape): Shape => ({ ...input, TableName: table(input.TableName).name });

  const read = (operation: EngineOperation): Operation => ({
    access: (input, cloud) => on(cloud, operation, input.TableName, input),
    run: (input, { cloud }) => engine(cloud).run(operation, named(input)),
  });
  const write = (operation: EngineOperation): Operation => ({
    access: (input, cloud) => on(cloud, operation, input.TableName, input),
    run: (input, { cloud }) => {
      const { ReturnValuesOnConditionCheckFailure: onFailure, ...rest } = named(input);
      return lock.run(async () => {
        try {
          return await engine(cloud).run(operation, rest);
        } catch (e) {
          if (onFailure !== 'ALL_OLD' || !isConditionFailure(e)) throw e;
          const { keyNames } = table(input.TableName);
          const Key = rest.Key ?? Object.fromEntries(keyNames.map((n) => [n, rest.Item[n]]));
          const { Item } = await engine(cloud).run('GetItem', { TableName: rest.TableName, Key });
          throw new AwsError(e.name, e.message, e.statusCode, Item ? { Item } : {});
        }
      });
    },
  });
  const batch = (operation: EngineOperation): Operation => ({
    access: (input, cloud) =>
      Object.entries(input.RequestItems).flatMap(([name, requests]) =>
        on(cloud, operation, name, batchKeys(requests)),
      ),
    run: (input, { cloud }) => lock.run(() => engine(cloud).run(operation, input)),
  });

  const transactWriteItems: Operation = {
    access: (input, cloud) =>
      writeActions(input).flatMap((a) => on(cloud, TRANSACT_ACTION[a.kind], a.input.TableName, a.input)),
    run: (input, { cloud }) =>
      lock.run(async () => {
        const actions = writeActions(input).map((a) => ({ ...a, input: named(a.input) }));
        const now = cloud.clock.now();
        if (tokens.repeated(input.ClientRequestToken, actions, now)) return {};
        await transactWrite(engine(cloud), actions, (name) => table(name).keyNames);
        tokens.remember(input.ClientRequestToken, actions, now);
        return {};
      }),
  };
  const transactGetItems: Operation = {
    access: (input, cloud) =>
      input.TransactItems.flatMap((t: Shape) => on(cloud, 'GetItem', t.Get.TableName, t.Get)),
    run: (input, { cloud }) =>
      lock.run(async () => {
        const Responses: Shape[] = [];
        for (const { Get } of input.TransactItems) {
          const { Item } = await engine(cloud).run('GetItem', { ...named(Get), ConsistentRead: true });
          Responses.push(Item ? { Item } : {});
        }
        return { Responses };
      }),
  };

  const type = tableType(engine, tables);
  return {
    name: 'dynamodb',
    protocol: 'json',
    conditionKeys: ['dynamodb:LeadingKeys'],
    operations: {
      GetItem: read('GetItem'),
      Query: read('Query'),
      Scan: read('Scan'),
      PutItem: write('PutItem'),
      UpdateItem: write('UpdateItem'),
      DeleteItem: write('DeleteItem'),
      BatchGetItem: batch('BatchGetItem'),
      BatchWriteItem: batch('BatchWriteItem'),
      TransactWriteItems: transactWriteItems,
      TransactGetItems: transactGetItems,
      DescribeTable: {
        access: (input) => [{ action: 'dynamodb:DescribeTable', resource: table(input.TableName).arn }],
        run: (input, { cloud }) => engine(cloud).run('DescribeTable', named(input)),
      },
    },
    resources: [
      {
        ...type,
        create: async (properties, placement, cloud) => {
          const created = await type.create(properties, placement, cloud);
          const made = table(created.ref);
          sweepDaily(cloud, made, (now) => lock.run(() => sweep(engine(cloud), made, now)));
          return created;
        },
      },
    ],
    stop: () => running?.stop(),
  };
}

const isConditionFailure = (e: unknown): e is AwsError =>
  e instanceof AwsError && e.name === 'ConditionalCheckFailedException';
