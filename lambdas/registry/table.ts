import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';

export type Attributes = Readonly<Record<string, unknown>>;
/** What must hold of an item for a write to happen. */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'exists' }
  /** The attribute has this value; with `orAbsent` it may also be missing. */
  | {
      readonly kind: 'equals';
      readonly attribute: string;
      readonly value: unknown;
      readonly orAbsent?: boolean;
    };
/** `defaults` fill in what the item does not have. */
export type Write =
  | { readonly kind: 'put'; readonly sk: string; readonly item: Attributes; readonly if: Condition }
  | {
      readonly kind: 'update';
      readonly sk: string;
      readonly set: Attributes;
      readonly defaults?: Attributes;
      readonly if?: Condition;
    }
  /** Writes nothing; the others happen only if it holds. */
  | { readonly kind: 'check'; readonly sk: string; readonly if: Condition };

/** One model's items in the registry table. */
export interface Table {
  get(sk: string): Promise<Attributes | undefined>;
  /** Items whose sort key begins with `prefix`, newest (highest) first. */
  newest(prefix: string, limit?: number): Promise<Attributes[]>;
  /** All writes or none. @returns false when a condition failed or another transaction was in the way */
  write(writes: readonly Write[]): Promise<boolean>;
}

/** @param pk partition key of the model (contracts/registry.ts) */
export function createTable(
  client: Pick<DynamoDBDocumentClient, 'send'>,
  tableName: string,
  pk: string,
): Table {
  const strip = (item: Attributes): Attributes => {
    const { pk: _pk, sk: _sk, ...rest } = item;
    return rest;
  };
  return {
    async get(sk) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { pk, sk }, ConsistentRead: true }),
      );
      return Item && strip(Item);
    },
    async newest(prefix, limit) {
      const items: Attributes[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
            ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit,
            ExclusiveStartKey: start,
          }),
        );
        items.push(...(page.Items ?? []).map(strip));
        start = page.LastEvaluatedKey;
      } while (start && (limit === undefined || items.length < limit));
      return items;
    },
    async write(writes) {
      try {
        await client.send(
          new TransactWriteCommand({ TransactItems: writes.map((w) => toItem(w, tableName, pk)) }),
        );
        return true;
      } catch (e) {
        if (isConflict(e)) return false;
        throw e;
      }
    },
  };
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

function toItem(write: Write, TableName: string, pk: string): TransactItem {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (attribute: string): string => {
    const n = `#n${Object.keys(names).length}`;
    names[n] = attribute;
    return n;
  };
  const value = (v: unknown): string => {
    const n = `:v${Object.keys(values).length}`;
    values[n] = v;
    return n;
  };
  const condition = write.if && conditionOf(write.if, name, value);
  if (write.kind === 'put') {
    return {
      Put: {
        TableName,
        Item: { pk, sk: write.sk, ...write.item },
        ConditionExpression: condition,
        ...expressionParts(names, values),
      },
    };
  }
  if (write.kind === 'check') {
    return {
      ConditionCheck: {
        TableName,
        Key: { pk, sk: write.sk },
        ConditionExpression: condition,
        ...expressionParts(names, values),
      },
    };
  }
  const sets = Object.entries(write.set).map(([k, v]) => `${name(k)} = ${value(v)}`);
  for (const [k, v] of Object.entries(write.defaults ?? {})) {
    const n = name(k);
    sets.push(`${n} = if_not_exists(${n}, ${value(v)})`);
  }
  return {
    Update: {
      TableName,
      Key: { pk, sk: write.sk },
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: condition,
      ...expressionParts(names, values),
    },
  };
}

function conditionOf(c: Condition, name: (a: string) => string, value: (v: unknown) => string): string {
  if (c.kind === 'absent') return `attribute_not_exists(${name('pk')})`;
  if (c.kind === 'exists') return `attribute_exists(${name('pk')})`;
  const n = name(c.attribute);
  const equals = `${n} = ${value(c.value)}`;
  return c.orAbsent ? `(attribute_not_exists(${n}) OR ${equals})` : equals;
}

// DynamoDB refuses empty maps here.
const expressionParts = (names: Record<string, string>, values: Record<string, unknown>) => ({
  ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
  ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
});

/** A condition that failed, or another transaction on the same items: read again and decide anew. */
function isConflict(e: unknown): boolean {
  if (!(e instanceof Error) || e.name !== 'TransactionCanceledException') return false;
  const reasons = (e as Error & { CancellationReasons?: readonly { Code?: string }[] }).CancellationReasons;
  const codes = (reasons ?? []).map((r) => r.Code ?? 'None').filter((c) => c !== 'None');
  return (
    codes.length > 0 && codes.every((c) => c === 'ConditionalCheckFailed' || c === 'TransactionConflict')
  );
}
