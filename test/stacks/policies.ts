import type { Template } from 'aws-cdk-lib/assertions';
import { resourcesOf } from './app.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** Everything that the policies of the roles whose logical id starts with `role` allow. */
export function statementsOf(template: Template, role: string): Statement[] {
  return Object.values(resourcesOf(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) =>
      (Properties['Roles'] as { Ref: string }[]).some((r) => r.Ref.startsWith(role)),
    )
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
}

/** Actions that these statements allow, in order, each once. */
export const actionsOf = (statements: readonly Statement[]): string[] =>
  [...new Set(statements.flatMap((s) => s.Action))].sort();

/** The resources of an action as text, to look for prefixes in. */
export const resourcesFor = (statements: readonly Statement[], action: string): string =>
  JSON.stringify(statements.filter((s) => [s.Action].flat().includes(action)).map((s) => s.Resource));
