/** Writes docs/local-support.md to standard output: `node local/cloud/support.ts > docs/local-support.md`. */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { INTRINSIC_NAMES } from './assembly/intrinsics.ts';
import { OPERATOR_NAMES } from './iam/condition.ts';
import { GLOBAL_KEYS, KEY_PREFIXES, SERVICE_KEYS } from './iam/keys.ts';
import { MANAGED_POLICY_NAMES } from './iam/managed.ts';
import { SERVICES } from './services/index.ts';
import { INERT_TYPES } from './services/inert.ts';
import type { ResourceType, Service } from './types.ts';

const code = (text: string): string => `\`${text}\``;
const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

/** Properties at the top of a schema: what a template may say of such a resource. */
export function propertiesOf(type: ResourceType): string[] {
  let schema: z.core.$ZodType = type.schema;
  while (schema instanceof z.ZodPipe) schema = schema.in;
  return schema instanceof z.ZodObject ? Object.keys(schema.shape).sort() : [];
}

function resourceSection(type: ResourceType): string {
  const inert = Object.entries(type.inert ?? {});
  const lines = [`### ${type.type}`, '', `Properties: ${codes(propertiesOf(type)) || 'any'}.`];
  if (inert.length > 0) {
    lines.push('', 'Accepted without effect:', '');
    lines.push(...inert.map(([property, why]) => `- ${code(property)}: ${why}`));
  }
  return lines.join('\n');
}

const operationRow = (s: Service): string =>
  `| ${code(s.name)} | ${s.protocol} | ${codes(Object.keys(s.operations).sort()) || 'none'} |`;

/** The whole document, made of what the services declare about themselves. */
export function supportDocument(services: readonly Service[]): string {
  const real = services.filter((s) => s.name !== 'inert');
  const types = real.flatMap((s) => [...s.resources]).sort((a, b) => (a.type < b.type ? -1 : 1));
  return `# What the local cloud does and does not do

The rehearsal and the tests run on a local stand-in for AWS. It is not AWS. It implements what the templates of this
repository use, and refuses everything else with an error that names it. This file is made by
\`node local/cloud/support.ts\` from what the services declare.

## What is never imitated

- Signatures are not verified by the gateway, except where API Gateway authorises a request by IAM. Who calls follows from the access key.
- Nothing is encrypted. KMS keys are permissions, and those are enforced.
- Everything lives in one account and one region; stacks are created once, never updated or deleted.
- IAM knows identity policies, resource policies, key policies and trust policies. It has no permission boundaries,
  session policies, service control policies, groups or users.
- Consistency, quotas and prices of AWS are not modelled, except where a service below says so. The latency that a
  function measures of itself is drawn from the seed.
- SageMaker's instances and images: a training job is a process on this machine, and its duration is a model of the size
  of its data. A tuning job searches at random whatever its strategy is, early stopping stops nothing, and a network
  (\`VpcConfig\`) is taken and not looked at.

## Templates

Intrinsic and condition functions: ${codes(INTRINSIC_NAMES)}.
Transforms, macros, nested stacks, custom resources, dynamic references and Docker assets are errors.

Accepted whole, without behaviour:

${Object.entries(INERT_TYPES)
  .map(([type, why]) => `- ${code(type)}: ${why}`)
  .join('\n')}

## IAM

- Condition operators: ${codes(OPERATOR_NAMES)}, with \`IfExists\`, \`ForAllValues:\` and \`ForAnyValue:\`.
- Condition keys: ${codes([...GLOBAL_KEYS, ...SERVICE_KEYS, ...KEY_PREFIXES.map((p) => `${p}*`), ...real.flatMap((s) => s.conditionKeys ?? [])])}.
- Managed policies of AWS: ${codes(MANAGED_POLICY_NAMES)}.

## API operations

| service | protocol | operations |
|---|---|---|
${real.map(operationRow).sort().join('\n')}

## Resource types

${types.map(resourceSection).join('\n\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(supportDocument(SERVICES.map((create) => create())));
}
