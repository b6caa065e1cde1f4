import type { Cloud, Shape } from '../../types.ts';
import type { Engine } from './engine.ts';
import type { Table } from './tables.ts';

/** DynamoDB deletes within a few days of an item's end. A sweep reads the whole table, so not more often than needed. */
const SWEEP_MS = 86_400_000;
/** An age of more than five years is taken for a mistake, and the item is kept (DynamoDB's own rule). */
const FIVE_YEARS_S = 5 * 365 * 86_400;

/** Whether an item's time is over at `now` (epoch seconds). */
export function expired(item: Shape, attribute: string, now: number): boolean {
  const at = Number(item[attribute]?.N);
  return Number.isFinite(at) && at < now && at > now - FIVE_YEARS_S;
}

/** Deletes expired items of a table; returns how many. */
export async function sweep(engine: Engine, table: Table, now: number): Promise<number> {
  if (table.ttlAttribute === undefined) return 0;
  let gone = 0;
  for (let ExclusiveStartKey: Shape; ; ) {
    const page = await engine.run('Scan', { TableName: table.name, ExclusiveStartKey });
    for (const item of page.Items) {
      if (!expired(item, table.ttlAttribute, now)) continue;
      const Key = Object.fromEntries(table.keyNames.map((n) => [n, item[n]]));
      await engine.run('DeleteItem', { TableName: table.name, Key });
      gone++;
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
    if (!ExclusiveStartKey) return gone;
  }
}

/** Sweeps daily on the cloud's clock. `locked` keeps the sweep out of transactions. */
export function sweepDaily(cloud: Cloud, table: Table, locked: (now: number) => Promise<number>): void {
  if (table.ttlAttribute === undefined) return;
  cloud.clock.after(SWEEP_MS, `time to live of ${table.name}`, async () => {
    const gone = await locked(Math.floor(cloud.clock.now() / 1000));
    if (gone > 0) cloud.trace('dynamodb', `${gone} items of ${table.name} expired`);
    sweepDaily(cloud, table, locked);
  });
}
