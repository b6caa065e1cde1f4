import { z } from 'zod';
import type { ResourceType, Service } from '../types.ts';

/** Resource types that are accepted whole and do nothing here, each with why. */
export const INERT_TYPES: Readonly<Record<string, string>> = {
  'AWS::CDK::Metadata': 'only counts constructs for the makers of the CDK',
  'AWS::CloudWatch::Dashboard': 'only shows; the report of a rehearsal shows the same metrics',
};

function inert(type: string, why: string): ResourceType {
  return {
    type,
    schema: z.looseObject({}),
    create(_properties, placement, cloud) {
      cloud.trace('inert', `${placement.stack}/${placement.logicalId} (${type}): ${why}`);
      return { ref: placement.physicalName(255), attributes: {} };
    },
  };
}

export function createInert(): Service {
  return {
    name: 'inert',
    protocol: 'json',
    operations: {},
    resources: Object.entries(INERT_TYPES).map(([type, why]) => inert(type, why)),
  };
}
