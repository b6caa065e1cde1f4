import {
  registryKeys,
  STATUS_TRANSITIONS,
  type StatusEvent,
  type VersionItem,
  type VersionStatus,
} from '../../contracts/registry.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { Attributes, Write } from './table.ts';

/** Who changed something, and why. */
export interface Author {
  readonly by: string;
  readonly reason: string;
}

/** @throws CoalmineError StatusNotAllowed naming what the version may become */
export function requireTransition(
  item: Pick<VersionItem, 'model' | 'version' | 'status'>,
  to: VersionStatus,
) {
  const allowed = STATUS_TRANSITIONS[item.status];
  if (allowed.includes(to)) return;
  throw new CoalmineError(
    'StatusNotAllowed',
    `version ${item.version} of ${item.model} is ${item.status} and may not become ${to}; ${
      allowed.length > 0 ? `it may become ${allowed.join(', ')}` : 'that is final'
    }`,
  );
}

/** The STATUS item of one change. @param id tells it from others of the same millisecond */
export function statusEvent(
  item: Pick<VersionItem, 'model' | 'version'>,
  from: VersionStatus | null,
  to: VersionStatus,
  author: Author & { readonly at: string },
  id: string,
): Write {
  const { at, by, reason } = author;
  const event: StatusEvent = { model: item.model, version: item.version, at, by, reason, from, to };
  const sk = registryKeys.status(item.version, at, id);
  return { kind: 'put', sk, item: event, if: { kind: 'absent' } };
}

/**
 * A version's new status and its event. The write holds only if the status is still the one that was read: so no
 * transition happens that is not allowed, and each event says truly what the version was before.
 */
export function statusWrites(
  item: VersionItem,
  to: VersionStatus,
  author: Author & { readonly at: string },
  id: string,
  more: Attributes = {},
): Write[] {
  return [
    {
      kind: 'update',
      sk: registryKeys.version(item.version),
      set: { ...more, status: to, statusSince: author.at },
      if: { kind: 'equals', attribute: 'status', value: item.status },
    },
    statusEvent(item, item.status, to, author, id),
  ];
}
