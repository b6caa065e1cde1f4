import { callerName } from '../iam/authority.ts';
import type { Service } from '../types.ts';

/** STS: only the question who one is, which AWS lets everybody ask. */
export function createSts(): Service {
  return {
    name: 'sts',
    protocol: 'query',
    operations: {
      GetCallerIdentity: {
        access: () => [],
        run: (_input, { caller, cloud }) => ({
          Account: cloud.account,
          Arn: callerName(caller, cloud.account),
          UserId:
            caller.kind === 'role' ? `${caller.roleArn.split('/').at(-1)}:${caller.session}` : cloud.account,
        }),
      },
    },
    resources: [],
  };
}
