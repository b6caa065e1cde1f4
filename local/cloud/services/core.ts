import type { ServiceFactory } from '../types.ts';
import { createCloudFormation } from './cloudformation.ts';
import { createIam } from './iam.ts';
import { createInert } from './inert.ts';
import { createKms } from './kms.ts';
import { createSts } from './sts.ts';

/** Services that every cloud has. */
export const CORE_SERVICES: readonly ServiceFactory[] = [
  createIam,
  createKms,
  createSts,
  createCloudFormation,
  createInert,
];
