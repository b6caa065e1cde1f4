import type { Caller, Cloud } from '../../types.ts';
import type { Api, Stage } from './records.ts';

/** `$context` by dotted name, e.g. `identity.sourceIp`. */
export type Context = Readonly<Record<string, string>>;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Time in the common log format, as access logs and events write it: `16/Nov/2026:06:00:00 +0000`. */
export function logTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}

/** Replaces `$context.x.y`; text that would end a JSON string is escaped. Unknown variables become `absent`. */
export function substitute(template: string, context: Context, absent: string): string {
  return template.replace(
    /\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)/g,
    (_, name: string) => context[name] ?? absent,
  );
}

/** A text as the inside of a JSON string. */
export const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

export interface Identity {
  readonly caller: Caller | undefined;
  readonly accessKeyId: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string | null;
}

/** ARN of a caller as IAM and logs show it. */
export function callerArn(caller: Caller, account: string): string | null {
  if (caller.kind === 'root') return `arn:aws:iam::${account}:root`;
  if (caller.kind === 'service') return null;
  const name = caller.roleArn.slice(caller.roleArn.lastIndexOf('/') + 1);
  return `arn:aws:sts::${account}:assumed-role/${name}/${caller.session}`;
}

export interface Asked {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly method: string;
  /** Decoded, without the stage. */
  readonly path: string;
  readonly resourcePath: string | undefined;
  readonly resourceId: string | undefined;
  readonly at: number;
  readonly domainName: string;
}

/** The variables that are known before the answer. */
export function contextOf(
  cloud: Cloud,
  api: Api,
  stage: Stage,
  asked: Asked,
  identity: Identity,
): Record<string, string> {
  const context: Record<string, string> = {
    accountId: cloud.account,
    apiId: api.id,
    stage: stage.name,
    deploymentId: stage.deployment.id,
    domainName: asked.domainName,
    domainPrefix: asked.domainName.split('.')[0] ?? '',
    httpMethod: asked.method,
    path: `/${stage.name}${asked.path}`,
    protocol: 'HTTP/1.1',
    requestId: asked.requestId,
    extendedRequestId: asked.extendedRequestId,
    requestTime: logTime(asked.at),
    requestTimeEpoch: String(asked.at),
    'identity.sourceIp': identity.sourceIp,
  };
  if (asked.resourcePath !== undefined) context['resourcePath'] = asked.resourcePath;
  if (asked.resourceId !== undefined) context['resourceId'] = asked.resourceId;
  if (identity.userAgent) context['identity.userAgent'] = identity.userAgent;
  const arn = identity.caller && callerArn(identity.caller, cloud.account);
  if (arn) {
    context['identity.userArn'] = arn;
    context['identity.caller'] = arn;
    context['identity.user'] = arn;
    context['identity.accountId'] = cloud.account;
  }
  return context;
}
