import type { LoadedStack } from '../assembly/load.ts';
import { type Access, AwsError, type Cloud, type Service } from '../types.ts';
import { arnOf } from './common.ts';

/** CloudFormation, as far as it is asked what stacks there are and what they put out. */
export interface CloudFormationService extends Service {
  /** Makes a stack known once all its resources exist. */
  add(stack: LoadedStack): void;
}

interface Created {
  readonly stack: LoadedStack;
  readonly at: number;
}

/** AWS answers 100 stacks a page at most. */
const PAGE = 100;
const STATUS = 'CREATE_COMPLETE';

const stackId = (cloud: Cloud, name: string): string => arnOf(cloud, 'cloudformation', `stack/${name}/local`);

const describe = (cloud: Cloud, { stack, at }: Created) => ({
  StackId: stackId(cloud, stack.name),
  StackName: stack.name,
  CreationTime: new Date(at),
  StackStatus: STATUS,
  Outputs: Object.entries(stack.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
});

/** @throws AwsError ValidationError, as AWS says it of a stack that is not there */
function named(created: readonly Created[], cloud: Cloud, name: string): Created[] {
  const found = created.filter(({ stack }) => stack.name === name || stackId(cloud, stack.name) === name);
  if (found.length === 0) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  return found;
}

function page(
  created: readonly Created[],
  token: unknown,
): { readonly items: Created[]; NextToken?: string } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isSafeInteger(from) || from < 0)
    throw new AwsError('ValidationError', `NextToken '${token}' is not valid`);
  const end = from + PAGE;
  return { items: created.slice(from, end), ...(end < created.length && { NextToken: String(end) }) };
}

/** CloudFormation: the stacks that were loaded, and their outputs. They are never updated nor deleted. */
export function createCloudFormation(): CloudFormationService {
  const created: Created[] = [];
  let clock: Cloud['clock'] | undefined;
  const onStacks =
    (action: string) =>
    (input: { StackName?: string }, cloud: Cloud): Access[] => [
      { action, resource: input.StackName ? stackId(cloud, input.StackName) : '*' },
    ];
  return {
    name: 'cloudformation',
    protocol: 'query',
    resources: [],
    start(cloud) {
      clock = cloud.clock;
    },
    add(stack) {
      created.push({ stack, at: clock?.now() ?? 0 });
    },
    operations: {
      DescribeStacks: {
        access: onStacks('cloudformation:DescribeStacks'),
        run: (input: { StackName?: string; NextToken?: string }, { cloud }) => {
          const { items, NextToken } = input.StackName
            ? { items: named(created, cloud, input.StackName), NextToken: undefined }
            : page(created, input.NextToken);
          return { Stacks: items.map((c) => describe(cloud, c)), NextToken };
        },
      },
      ListStacks: {
        access: () => [{ action: 'cloudformation:ListStacks', resource: '*' }],
        run: (input: { NextToken?: string; StackStatusFilter?: readonly string[] }, { cloud }) => {
          const asked = input.StackStatusFilter?.includes(STATUS) ?? true;
          const { items, NextToken } = page(asked ? created : [], input.NextToken);
          const summaries = items.map((c) => {
            const { Outputs: _, ...summary } = describe(cloud, c);
            return summary;
          });
          return { StackSummaries: summaries, NextToken };
        },
      },
    },
  };
}
