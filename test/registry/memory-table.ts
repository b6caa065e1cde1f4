import type { Attributes, Condition, Table } from '../../lambdas/registry/table.ts';

/** A registry table in memory: all writes or none, as a transaction. */
export interface MemoryTable extends Table {
  readonly items: Map<string, Attributes>;
  /** Runs before the next write, to lose a race to. */
  before?: (() => Promise<void> | void) | undefined;
}

export function memoryTable(): MemoryTable {
  const items = new Map<string, Attributes>();
  const holds = (sk: string, c: Condition): boolean => {
    const item = items.get(sk);
    if (c.kind === 'absent') return !item;
    if (c.kind === 'exists') return item !== undefined;
    const value = item?.[c.attribute];
    return value === undefined ? c.orAbsent === true : value === c.value;
  };
  const table: MemoryTable = {
    items,
    async get(sk) {
      return structuredClone(items.get(sk));
    },
    async newest(prefix, limit) {
      const found = [...items].filter(([sk]) => sk.startsWith(prefix)).sort(([a], [b]) => (a < b ? 1 : -1));
      return structuredClone(found.slice(0, limit).map(([, item]) => item));
    },
    async write(writes) {
      const race = table.before;
      table.before = undefined;
      await race?.();
      const keys = writes.map((w) => w.sk);
      if (new Set(keys).size !== keys.length) throw new Error(`one item twice in a transaction: ${keys}`);
      if (!writes.every((w) => !w.if || holds(w.sk, w.if))) return false;
      for (const w of writes) {
        if (w.kind === 'check') continue;
        if (w.kind === 'put') items.set(w.sk, structuredClone(w.item));
        else items.set(w.sk, structuredClone({ ...w.defaults, ...items.get(w.sk), ...w.set }));
      }
      return true;
    },
  };
  return table;
}
