/**
 * Condition keys that requests of this cloud carry. A policy that asks for any other key is an error: the key would
 * always be absent, and a condition on it would decide something by accident.
 */
export const GLOBAL_KEYS = [
  'aws:SourceArn',
  'aws:SourceAccount',
  /** Always `true` here: the loopback gateway stands in for AWS's TLS endpoints. */
  'aws:SecureTransport',
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:PrincipalType',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalServiceName',
  'aws:RequestedRegion',
] as const;

/** Keys that services put into `Access.context`. A service may declare more as `conditionKeys`. */
export const SERVICE_KEYS = [
  'iam:PassedToService',
  'kms:CallerAccount',
  'kms:GrantIsForAWSResource',
  'kms:ViaService',
  's3:delimiter',
  's3:if-none-match',
  's3:prefix',
  's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  'cloudwatch:namespace',
] as const;

/** Families of keys, by prefix. */
export const KEY_PREFIXES = ['kms:EncryptionContext:'] as const;

/** Keys in force, in lower case: IAM's keys do not mind case. */
export function knownKeys(extra: readonly string[]): (key: string) => boolean {
  const known = new Set([...GLOBAL_KEYS, ...SERVICE_KEYS, ...extra].map((k) => k.toLowerCase()));
  const prefixes = KEY_PREFIXES.map((p) => p.toLowerCase());
  return (key) => {
    const k = key.toLowerCase();
    return known.has(k) || prefixes.some((p) => k.startsWith(p));
  };
}
