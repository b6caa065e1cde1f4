import type { Model } from '../shared/model.ts';
import { createService } from './service.ts';

/*
 * Needs: nothing beyond its own log group.
 */

/** The outcomes function. */
export const createHandler = ({ definition }: Model) =>
  createService(definition.name, {
    write: (text) => void process.stdout.write(text),
    now: () => new Date(),
  });
