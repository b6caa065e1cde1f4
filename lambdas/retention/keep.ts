import { PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { ARCHIVED_TAG } from '../../contracts/names.ts';
import { type Pointers, registryKeys, type VersionItem } from '../../contracts/registry.ts';
import { statusWrites } from '../registry/status.ts';
import type { RegistryStore } from '../registry/store.ts';
import type { ObjectStore } from '../shared/clients.ts';
import type { Publish } from '../shared/events.ts';
import { type Due, dueVersions } from './decide.ts';

/** Everything that retention reaches out to. */
export interface RetentionDeps {
  readonly definition: ModelDefinition;
  readonly store: RegistryStore;
  readonly objects: ObjectStore;
  readonly artifactBucket: string;
  readonly publish: Publish;
  readonly now: () => Date;
}
export interface Kept {
  /** Versions archived now. */
  readonly archived: readonly number[];
  /** Versions whose artifacts were tagged now, those of an attempt that stopped half-way among them. */
  readonly tiered: readonly number[];
}

/** Archives the versions whose time is over and tags their artifacts. Done twice, or half, it ends the same. */
export async function keepRetention(deps: RetentionDeps): Promise<Kept> {
  const { store, definition, now } = deps;
  const pointers = await store.pointers();
  const archived: number[] = [];
  for (const due of dueVersions(await store.versions(), pointers, definition.retention, now()))
    if (await archive(deps, due, pointers)) archived.push(due.version.version);
  const untiered = (await store.versions()).filter((v) => v.status === 'archived' && !v.tieredAt);
  for (const version of untiered) await tier(deps, version);
  return { archived, tiered: untiered.map((v) => v.version) };
}

/** False when somebody took the version, or any pointer moved, since it was looked at: tomorrow is another day. */
async function archive(deps: RetentionDeps, { version, reason }: Due, seen: Pointers): Promise<boolean> {
  const { store, publish, now } = deps;
  const author = { by: 'retention', reason, at: now().toISOString() };
  const unmoved =
    seen.revision === 0
      ? ({ kind: 'absent' } as const)
      : ({ kind: 'equals', attribute: 'revision', value: seen.revision } as const);
  const written = await store.table.write([
    ...statusWrites(version, 'archived', author, 'retention'),
    { kind: 'check', sk: registryKeys.pointers, if: unmoved },
  ]);
  if (written)
    await publish({ type: 'version.archived', model: version.model, version: version.version, reason });
  return written;
}

/** Tags the pinned object versions; the bucket's lifecycle moves what carries the tag. */
async function tier(
  { objects, artifactBucket, store, now }: RetentionDeps,
  version: VersionItem,
): Promise<void> {
  const TagSet = [{ Key: ARCHIVED_TAG.key, Value: ARCHIVED_TAG.value }];
  for (const { key, versionId } of Object.values(version.artifact))
    await objects.send(
      new PutObjectTaggingCommand({
        Bucket: artifactBucket,
        Key: key,
        VersionId: versionId,
        Tagging: { TagSet },
      }),
    );
  const sk = registryKeys.version(version.version);
  await store.table.write([
    { kind: 'update', sk, set: { tieredAt: now().toISOString() }, if: { kind: 'exists' } },
  ]);
}
