import { type BudgetItem, budgetItemSchema } from '../../contracts/budget.ts';
import {
  emptyPointers,
  type PointerEvent,
  type Pointers,
  pointerEventSchema,
  pointersSchema,
  type RunItem,
  registryKeys,
  runItemSchema,
  type SettingsItem,
  type StatusEvent,
  settingsItemSchema,
  statusEventSchema,
  type VersionItem,
  versionItemSchema,
} from '../../contracts/registry.ts';
import { CoalmineError } from '../shared/errors.ts';
import { type Author, requireTransition, statusWrites } from './status.ts';
import type { Table, Write } from './table.ts';
import type { Change, Transition } from './transitions.ts';

export type { Author };

/** Attempts at a change: what races are a release, a rollback and a person, so two lost races in a row are rare. */
const ATTEMPTS = 5;

/** Typed access to one model's registry. */
export interface RegistryStore {
  pointers(): Promise<Pointers>;
  /**
   * Applies a transition: one transaction of the pointers (if nobody changed them meanwhile), the EVENT of the new
   * revision, the versions' statuses and a STATUS item of each that changes. Reads again and applies the transition anew when it lost a race.
   * @returns the pointers as they are now, and as they were
   * @throws CoalmineError ConcurrentChange after five lost races; StatusNotAllowed; whatever the transition throws
   */
  change(author: Author, transition: Transition): Promise<Changed>;
  /** The change that made this revision. */
  event(revision: number): Promise<PointerEvent | undefined>;
  version(n: number): Promise<VersionItem | undefined>;
  /** Newest first. */
  versions(): Promise<VersionItem[]>;
  settings(): Promise<SettingsItem>;
  run(startedAt: string, run: string): Promise<RunItem | undefined>;
  /** Newest first. */
  runs(): Promise<RunItem[]>;
  /** Pointer changes, newest first. */
  events(): Promise<PointerEvent[]>;
  /** Status changes of all versions: by version, newest first. */
  statusEvents(): Promise<StatusEvent[]>;
  /** @param month `2026-11` */
  budget(month: string): Promise<BudgetItem | undefined>;
  /** Newest month first. */
  budgets(): Promise<BudgetItem[]>;
  readonly table: Table;
}
export interface Changed {
  readonly before: Pointers;
  readonly after: Pointers;
  /** False when the transition found nothing to change. */
  readonly changed: boolean;
}

export function createStore(table: Table, model: string, now: () => Date): RegistryStore {
  const pointers = async (): Promise<Pointers> => {
    const item = await table.get(registryKeys.pointers);
    return item ? pointersSchema.parse(item) : emptyPointers(model);
  };
  const version = async (n: number): Promise<VersionItem | undefined> => {
    const item = await table.get(registryKeys.version(n));
    return item && versionItemSchema.parse(item);
  };
  return {
    table,
    pointers,
    version,
    async change(author, transition) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const before = await pointers();
        const change = transition(before);
        if (change === null) return { before, after: before, changed: false };
        const after = { ...change.pointers, revision: before.revision + 1 };
        const at = now().toISOString();
        const writes = [
          ...pointerWrites(before, after, change, { ...author, at }),
          ...(await versionWrites(change, { ...author, at }, after.revision, version)),
        ];
        if (await table.write(writes)) return { before, after, changed: true };
      }
      throw new CoalmineError(
        'ConcurrentChange',
        `the pointers of ${model} changed ${ATTEMPTS} times while they were to be changed`,
      );
    },
    async event(revision) {
      const item = await table.get(registryKeys.event(revision));
      return item && pointerEventSchema.parse(item);
    },
    async versions() {
      const items = await table.newest(registryKeys.versionPrefix);
      return items.map((i) => versionItemSchema.parse(i));
    },
    async settings() {
      const item = await table.get(registryKeys.settings);
      return settingsItemSchema.parse({ ...emptySettings(model), ...item });
    },
    async run(startedAt, run) {
      const item = await table.get(registryKeys.run(startedAt, run));
      return item && runItemSchema.parse(item);
    },
    runs: async () => (await table.newest(registryKeys.runPrefix)).map((i) => runItemSchema.parse(i)),
    events: async () =>
      (await table.newest(registryKeys.eventPrefix)).map((i) => pointerEventSchema.parse(i)),
    statusEvents: async () =>
      (await table.newest(registryKeys.statusPrefix)).map((i) => statusEventSchema.parse(i)),
    async budget(month) {
      const item = await table.get(registryKeys.budget(month));
      return item && budgetItemSchema.parse(item);
    },
    budgets: async () =>
      (await table.newest(registryKeys.budgetPrefix)).map((i) => budgetItemSchema.parse(i)),
  };
}

export const emptySettings = (model: string): SettingsItem => ({
  model,
  goldenVersion: null,
  hyperparameters: {},
  lastVersion: 0,
});

function pointerWrites(
  before: Pointers,
  after: Pointers,
  change: Change,
  author: Author & { readonly at: string },
): Write[] {
  const changed = (Object.keys(after) as (keyof Pointers)[]).filter(
    (k) => k !== 'revision' && JSON.stringify(before[k]) !== JSON.stringify(after[k]),
  );
  const pick = (p: Pointers) => Object.fromEntries(changed.map((k) => [k, p[k]]));
  const event: PointerEvent = {
    model: after.model,
    revision: after.revision,
    at: author.at,
    by: author.by,
    change: change.name,
    reason: author.reason,
    from: pick(before),
    to: pick(after),
  };
  return [
    {
      kind: 'put',
      sk: registryKeys.pointers,
      item: after,
      if:
        before.revision === 0
          ? { kind: 'absent' }
          : { kind: 'equals', attribute: 'revision', value: before.revision },
    },
    { kind: 'put', sk: registryKeys.event(after.revision), item: event, if: { kind: 'absent' } },
  ];
}

/** @throws CoalmineError StatusNotAllowed */
async function versionWrites(
  change: Change,
  author: Author & { readonly at: string },
  revision: number,
  read: (n: number) => Promise<VersionItem | undefined>,
): Promise<Write[]> {
  const writes = await Promise.all(
    change.versions.map(async ({ version, set }): Promise<Write[]> => {
      const item = set.status && (await read(version));
      if (!item || !set.status || set.status === item.status)
        return [{ kind: 'update', sk: registryKeys.version(version), set, if: { kind: 'exists' } }];
      requireTransition(item, set.status);
      return statusWrites(item, set.status, author, String(revision).padStart(9, '0'), set);
    }),
  );
  return writes.flat();
}
