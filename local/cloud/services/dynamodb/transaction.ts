import { AwsError, type Shape } from '../../types.ts';
import type { Engine, EngineOperation } from './engine.ts';

/** DynamoDB's own limit on actions of one transaction. */
const MAX_ACTIONS = 100;
const MAX_TOKENS = 1000;

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
export interface WriteAction {
  readonly kind: WriteKind;
  readonly input: Shape;
}
/** A condition check is a delete that is not carried out: same key, same expression. */
const OPERATION: Readonly<Record<WriteKind, EngineOperation>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem',
};

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Shape;
}

/** @throws AwsError ValidationException for an action that is none or more than one of the four */
export function writeActions(input: Shape): WriteAction[] {
  const items: Shape[] = input.TransactItems ?? [];
  if (items.length === 0 || items.length > MAX_ACTIONS) {
    throw invalid(`a transaction has 1 to ${MAX_ACTIONS} actions, not ${items.length}`);
  }
  return items.map((item) => {
    const [kind, ...more] = Object.keys(item).filter((k) => item[k] !== undefined && k in OPERATION);
    if (!kind || more.length > 0) {
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    return { kind: kind as WriteKind, input: item[kind] };
  });
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** Attributes of a table's key, in order. */
export type KeyNames = (table: string) => readonly string[];

const keyOf = (action: WriteAction, names: KeyNames): Shape =>
  action.kind === 'Put'
    ? Object.fromEntries(names(action.input.TableName).map((n) => [n, action.input.Item?.[n]]))
    : action.input.Key;

/**
 * All or nothing. The caller holds the lock of the store: between the conditions and the writes nobody else writes.
 * @throws AwsError TransactionCanceledException with one reason per action, ValidationException
 */
export async function transactWrite(
  engine: Engine,
  actions: readonly WriteAction[],
  names: KeyNames,
): Promise<void> {
  const keys = actions.map((a) => keyOf(a, names));
  const ids = actions.map((a, i) => JSON.stringify([a.input.TableName, keys[i]]));
  if (new Set(ids).size < ids.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  const parsed = actions.map((a) => engine.parse(OPERATION[a.kind], withoutReturn(a.input)));
  const before: (Shape | undefined)[] = [];
  for (const [i, action] of actions.entries()) {
    const read = { TableName: action.input.TableName, Key: keys[i], ConsistentRead: true };
    before.push((await engine.run('GetItem', read)).Item);
  }
  const reasons = actions.map((action, i): Reason => {
    if (engine.holds(parsed[i], before[i])) return { Code: 'None' };
    const item = action.input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? before[i] : undefined;
    return {
      Code: 'ConditionalCheckFailed',
      Message: 'The conditional request failed',
      ...(item ? { Item: item } : {}),
    };
  });
  if (reasons.some((r) => r.Code !== 'None')) throw cancelled(reasons);
  for (const [i, action] of actions.entries()) {
    if (action.kind === 'ConditionCheck') continue;
    try {
      await engine.run(OPERATION[action.kind], withoutReturn(action.input));
    } catch (e) {
      if (!(e instanceof AwsError)) throw e;
      await undo(engine, actions.slice(0, i), keys, before);
      throw cancelled(
        actions.map((_, j) => (j === i ? { Code: 'ValidationError', Message: e.message } : { Code: 'None' })),
      );
    }
  }
}

/** A write that cannot be applied (wrong type, path that is not there) takes the ones before it back. */
async function undo(
  engine: Engine,
  done: readonly WriteAction[],
  keys: readonly Shape[],
  before: readonly (Shape | undefined)[],
): Promise<void> {
  for (const [i, { kind, input }] of done.entries()) {
    if (kind === 'ConditionCheck') continue;
    const { TableName } = input;
    if (before[i]) await engine.run('PutItem', { TableName, Item: before[i] });
    else await engine.run('DeleteItem', { TableName, Key: keys[i] });
  }
}

const withoutReturn = (input: Shape): Shape => {
  const { ReturnValuesOnConditionCheckFailure: _, ...rest } = input;
  return rest;
};

function cancelled(reasons: readonly Reason[]): AwsError {
  const codes = reasons.map((r) => r.Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** Remembers client request tokens: the same token again does nothing (DynamoDB keeps them ten minutes). */
export class Tokens {
  readonly #seen = new Map<string, { readonly at: number; readonly body: string }>();

  /** Whether this request was carried out before. @throws AwsError IdempotentParameterMismatchException */
  repeated(token: string | undefined, actions: unknown, now: number): boolean {
    if (token === undefined) return false;
    const body = JSON.stringify(actions);
    const seen = this.#seen.get(token);
    if (!seen || now - seen.at > 600_000) return false;
    if (seen.body === body) return true;
    throw new AwsError('IdempotentParameterMismatchException', 'The token was used with other parameters');
  }

  remember(token: string | undefined, actions: unknown, now: number): void {
    if (token === undefined) return;
    this.#seen.set(token, { at: now, body: JSON.stringify(actions) });
    if (this.#seen.size > MAX_TOKENS) this.#seen.delete(this.#seen.keys().next().value!);
  }
}
