import { z } from 'zod';
import type { Access, Caller, Cloud, PolicyDocument } from '../types.ts';
import type { MetricSink } from './internal.ts';

/** The account's administrator: for what AWS does for itself inside the account. */
export const ROOT: Caller = { kind: 'root' };

/** Templates write numbers and booleans as strings now and then; CloudFormation takes both. */
export const num = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]).transform(Number);
export const bool = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((v) => v === true || v === 'true');
export const tags = z.array(z.strictObject({ Key: z.string(), Value: z.string() }));
/** A policy document; IAM reads it, the owner of the resource only keeps it. */
export const policyDocument = z.custom<PolicyDocument>(
  (v) => typeof v === 'object' && v !== null && 'Statement' in v,
  'a policy document with Statement is expected',
);

export interface Arn {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}
/** @throws Error for text that is not an ARN */
export function parseArn(arn: string): Arn {
  const [prefix, , service, region, account, ...rest] = arn.split(':');
  if (prefix !== 'arn' || service === undefined || rest.length === 0) throw new Error(`not an ARN: ${arn}`);
  return { service, region: region ?? '', account: account ?? '', resource: rest.join(':') };
}

/** ARN of a resource of this account and region. */
export const arnOf = (cloud: Cloud, service: string, resource: string): string =>
  `arn:aws:${service}:${cloud.region}:${cloud.account}:${resource}`;

/** ARN of a key as templates name it; undefined for keys that AWS manages, which need no permission. */
export function keyArn(cloud: Cloud, key: string | undefined): string | undefined {
  if (!key || key.startsWith('alias/aws/')) return undefined;
  if (key.startsWith('arn:')) return key.includes(':alias/aws/') ? undefined : key;
  return arnOf(cloud, 'kms', key.startsWith('alias/') ? key : `key/${key}`);
}

/** What a caller needs on a customer-managed key when `service` uses it on the caller's behalf. */
export const kmsUse = (
  cloud: Cloud,
  key: string | undefined,
  service: string,
  actions: readonly string[],
  context: Readonly<Record<string, string>> = {},
): Access[] =>
  key === undefined
    ? []
    : actions.map((action) => ({
        action: `kms:${action}`,
        resource: key,
        context: {
          'kms:ViaService': `${service}.${cloud.region}.amazonaws.com`,
          'kms:CallerAccount': cloud.account,
          ...context,
        },
      }));

/** CloudWatch of this cloud, or undefined where it has none (tests of one service). */
export function metricSink(cloud: Cloud): MetricSink | undefined {
  try {
    return cloud.service<MetricSink>('monitoring');
  } catch {
    return undefined;
  }
}

/** An array of what may be one value, an array or nothing. */
export const listOf = <T>(value: T | readonly T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? [...value] : [value as T];
