import type { Access, Caller } from '../types.ts';
import type { KeyValues } from './condition.ts';
import type { Statement } from './statement.ts';

export interface Question {
  readonly caller: Caller;
  readonly access: Access;
  readonly identity: readonly Statement[];
  /** Undefined when the resource has no policy. */
  readonly resource: readonly Statement[] | undefined;
  readonly values: KeyValues;
}
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

const applies = (s: Statement, { access, values }: Question): boolean =>
  s.action(access.action) && s.resource(access.resource) && s.conditions.every((c) => c(values));

const YES: Decision = { allowed: true };
const no = (because: string): Decision => ({ allowed: false, because });

/**
 * The decision within one account: an explicit Deny wins; then either an identity policy or a resource policy that
 * names the caller allows. A KMS key is stricter: its own policy must name the caller, or hand the decision to the
 * account's identity policies by naming the account's root.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(question: Question): Decision {
  const { caller, access } = question;
  for (const s of question.identity) {
    if (s.effect === 'Deny' && applies(s, question)) {
      return no(`an explicit Deny in an identity policy (statement ${s.name})`);
    }
  }
  let direct = false;
  let delegated = false;
  for (const s of question.resource ?? []) {
    const match = s.principal?.(caller) ?? 'no';
    if (match === 'no' || !applies(s, question)) continue;
    if (s.effect === 'Deny') return no(`an explicit Deny in the resource's policy (statement ${s.name})`);
    if (match === 'direct') direct = true;
    else delegated = true;
  }
  if (caller.kind === 'root' || direct) return YES;
  if (caller.kind === 'service') return no(`no resource policy allows ${access.action} to the service`);
  const isKey = access.action.startsWith('kms:');
  if (isKey && !delegated) return no(`the key's policy neither names the caller nor its account`);
  if (question.identity.some((s) => s.effect === 'Allow' && applies(s, question))) return YES;
  return no(
    `no identity policy${question.resource ? ' and no resource policy' : ''} allows ${access.action}`,
  );
}
