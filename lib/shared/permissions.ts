import type { IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib';
import { DefaultTokenResolver, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Exactly what a role may do. */
export interface Permission {
  readonly actions: readonly string[];
  /** ARNs; an ARN with a wildcard needs {@link wildcard}. */
  readonly resources: readonly string[];
  /** Why the resources cannot be named one by one. @default no resource holds a wildcard */
  readonly wildcard?: string;
  /** IAM conditions. @default none */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Gives a role a permission, in the policy that everything which uses the role waits for. */
export function allow(role: Role, permission: Permission): void {
  role.addToPrincipalPolicy(statement(permission));
  explain(role, role, permission);
}

/**
 * Gives a role a permission in a policy of its own. For a permission on something that itself waits for the role:
 * in the role's own policy it would be a circle.
 */
export function allowSeparately(scope: Construct, id: string, role: Role, permission: Permission): void {
  const policy = new Policy(scope, id, { roles: [role], statements: [statement(permission)] });
  explain(policy, policy, permission);
}

function statement(permission: Permission): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...permission.actions],
    resources: [...permission.resources],
    conditions: permission.conditions,
  });
}

/** Acknowledges the finding of each wildcard by itself, under the name that the rule gives it. */
function explain(scope: Construct, consumer: Construct, permission: Permission): void {
  for (const resource of permission.resources) {
    const rendered = render(consumer, resource);
    if (!rendered.includes('*')) continue;
    if (!permission.wildcard)
      throw new Error(`${consumer.node.path}: say why '${rendered}' needs a wildcard`);
    acknowledge(scope, `AwsSolutions-IAM5[Resource::${rendered}]`, permission.wildcard);
  }
}

/** The resource as the rule sees it after synthesis: references to other stacks are imports by then. */
export function render(consumer: Construct, resource: string): string {
  return flattenCfnReference(
    Tokenization.resolve(resource, { scope: consumer, resolver: new ImportResolver(), preparing: false }),
  );
}

class ImportResolver extends DefaultTokenResolver {
  constructor() {
    super({ join: (left, right) => (left === undefined ? right : { 'Fn::Join': ['', [left, right]] }) });
  }

  override resolveToken(token: IResolvable, context: IResolveContext, post: IPostProcessor): unknown {
    if (Reference.isReference(token)) {
      const producer = Stack.of(token.target);
      if (producer !== Stack.of(context.scope)) return producer.resolve(producer.exportValue(token));
    }
    return super.resolveToken(token, context, post);
  }
}
