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
  settingsItemSchema,
  type VersionItem,
  versionItemSchema,
} from '../../contracts/registry.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { Table, Write } from './table.ts';
import type { Change, Transition } from './transitions.ts';

/** Attempts at a change: what races are a release, a rollback and a person, so two lost races in a row are rare. */
const ATTEMPTS = 5;

export interface Author {
  readonly by: string;
  readonly reason: string;
}

/** Typed access to one model's registry. */
export interface RegistryStore {
  pointers(): Promise<Pointers>;
  /**
   * Applies a transition: one transaction of the pointers (if nobody changed them meanwhile), the EVENT of the new
   * revision and the versions' statuses. Reads again and applies the transition anew when it lost a race.
   * @returns the pointers as they are now, and as they were
   * @throws CoalmineError ConcurrentChange after five lost races; whatever the transition throws
   */
  change(author: Author, transition: Transition): Promise<Changed>;
  /** The change that made this revision. */
  event(revision: number): Promise<PointerEvent | undefined>;
  version(n: number): Promise<VersionItem | undefined>;
  /** Newest first. */
  versions(): Promise<VersionItem[]>;
  settings(): Promise<SettingsItem>;
  run(startedAt: string, run: string): Promise<RunItem | undefined>;
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
  return {
    table,
    pointers,
    async change(author, transition) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const before = await pointers();
        const change = transition(before);
        if (change === null) return { before, after: before, changed: false };
        const after = { ...change.pointers, revision: before.revision + 1 };
        if (await table.write(writesOf(before, after, change, author, now())))
          return { before, after, changed: true };
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
    async version(n) {
      const item = await table.get(registryKeys.version(n));
      return item && versionItemSchema.parse(item);
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
  };
}

export const emptySettings = (model: string): SettingsItem => ({
  model,
  goldenVersion: null,
  hyperparameters: {},
  lastVersion: 0,
});

function writesOf(before: Pointers, after: Pointers, change: Change, author: Author, now: Date): Write[] {
  const changed = (Object.keys(after) as (keyof Pointers)[]).filter(
    (k) => k !== 'revision' && JSON.stringify(before[k]) !== JSON.stringify(after[k]),
  );
  const pick = (p: Pointers) => Object.fromEntries(changed.map((k) => [k, p[k]]));
  const event: PointerEvent = {
    model: after.model,
    revision: after.revision,
    at: now.toISOString(),
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
    ...change.versions.map(
      (v): Write => ({
        kind: 'update',
        sk: registryKeys.version(v.version),
        set: v.set,
        if: { kind: 'exists' },
      }),
    ),
  ];
}
