import { z } from 'zod';
import type { PolicyStatement, ResourceType, Shape } from '../../types.ts';
import { num, type tags } from '../common.ts';
import { deliveryAccess } from './async.ts';
import { configOf, functionSchema } from './function-resource.ts';
import { parseFunctionName, qualifiedArn } from './names.ts';
import type { Parts } from './operations.ts';

const versionSchema = z.strictObject({
  FunctionName: z.string(),
  Description: z.string().optional(),
  CodeSha256: z.string().optional(),
});

const aliasSchema = z.strictObject({
  FunctionName: z.string(),
  FunctionVersion: z.string(),
  Name: z.string(),
  Description: z.string().optional(),
  RoutingConfig: z
    .strictObject({
      AdditionalVersionWeights: z.array(z.strictObject({ FunctionVersion: z.string(), FunctionWeight: num })),
    })
    .optional(),
});

const permissionSchema = z.strictObject({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const destination = z.strictObject({ Destination: z.string() }).optional();
const invokeConfigSchema = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumRetryAttempts: num.pipe(z.number().int().min(0).max(2)).optional(),
  MaximumEventAgeInSeconds: num.pipe(z.number().int().min(60).max(21_600)).optional(),
  DestinationConfig: z.strictObject({ OnSuccess: destination, OnFailure: destination }).optional(),
});

/** The CloudFormation resources of Lambda. */
export function resourceTypes(parts: () => Parts): ResourceType[] {
  return [
    {
      type: 'AWS::Lambda::Function',
      schema: functionSchema,
      inert: {
        TracingConfig: 'no X-Ray here; the variable _X_AMZN_TRACE_ID is set all the same',
        EphemeralStorage: 'told by the API, not enforced: TMPDIR is a folder of this machine',
        Architectures: 'told by the API; the code runs on this machine',
        RecursiveLoop: 'loops are not detected',
      },
      create(properties, placement, cloud) {
        const { store, concurrency } = parts();
        const name = properties.FunctionName ?? placement.physicalName(64);
        // AWS refuses a role that does not trust Lambda when the function is created, not when it is first called.
        cloud.assume(properties.Role, 'lambda.amazonaws.com', name, store.arn(name));
        const fn = store.create(name, configOf(properties, name, placement, cloud), tagMap(properties.Tags));
        const reserved = properties.ReservedConcurrentExecutions;
        if (reserved !== undefined) concurrency.reserve(fn, reserved);
        return { ref: name, attributes: { Arn: fn.arn } };
      },
    },
    {
      type: 'AWS::Lambda::Version',
      schema: versionSchema,
      create(properties) {
        const { store } = parts();
        const fn = store.get(properties.FunctionName);
        const { version } = store.publish(fn, {
          codeSha256: properties.CodeSha256,
          description: properties.Description,
        });
        const arn = qualifiedArn(fn.arn, version);
        return { ref: arn, attributes: { FunctionArn: arn, Version: version } };
      },
    },
    {
      type: 'AWS::Lambda::Alias',
      schema: aliasSchema,
      create(properties) {
        const { store } = parts();
        const fn = store.get(properties.FunctionName);
        const weights = properties.RoutingConfig?.AdditionalVersionWeights as Shape[] | undefined;
        const alias = store.createAlias(fn, properties.Name, {
          version: properties.FunctionVersion,
          description: properties.Description,
          weights: weights && Object.fromEntries(weights.map((w) => [w.FunctionVersion, w.FunctionWeight])),
        });
        const arn = qualifiedArn(fn.arn, alias.name);
        return { ref: arn, attributes: { AliasArn: arn } };
      },
    },
    {
      type: 'AWS::Lambda::Permission',
      schema: permissionSchema,
      create(properties, placement) {
        const { name, qualifier } = parseFunctionName(properties.FunctionName);
        const fn = parts().store.get(name);
        const before = fn.policies.get(qualifier ?? '')?.Statement ?? [];
        // A new document: decisions are cached by the old one.
        fn.policies.set(qualifier ?? '', {
          Version: '2012-10-17',
          Statement: [
            ...(Array.isArray(before) ? before : [before]),
            statementOf(properties, placement.logicalId, qualifiedArn(fn.arn, qualifier)),
          ],
        });
        return { ref: placement.logicalId, attributes: { Id: placement.logicalId } };
      },
    },
    {
      type: 'AWS::Lambda::EventInvokeConfig',
      schema: invokeConfigSchema,
      create(properties, placement, cloud) {
        const fn = parts().store.get(properties.FunctionName);
        const { OnSuccess, OnFailure } = properties.DestinationConfig ?? {};
        const role = { kind: 'role', roleArn: fn.latest.config.role, session: fn.name } as const;
        for (const to of [OnSuccess, OnFailure])
          if (to) cloud.authorize(role, [deliveryAccess(to.Destination)]);
        fn.invokeConfigs.set(properties.Qualifier, {
          maximumRetryAttempts: properties.MaximumRetryAttempts ?? 2,
          maximumEventAge: properties.MaximumEventAgeInSeconds ?? 21_600,
          onSuccess: OnSuccess?.Destination,
          onFailure: OnFailure?.Destination,
        });
        return { ref: placement.logicalId, attributes: {} };
      },
    },
  ];
}

/** One permission as a statement of the resource policy. */
function statementOf(p: z.output<typeof permissionSchema>, Sid: string, Resource: string): PolicyStatement {
  const service = p.Principal.includes('.');
  const conditions: Record<string, Record<string, string>> = {};
  if (p.SourceArn) conditions['ArnLike'] = { 'aws:SourceArn': p.SourceArn };
  if (p.SourceAccount) conditions['StringEquals'] = { 'aws:SourceAccount': p.SourceAccount };
  return {
    Sid,
    Effect: 'Allow',
    Principal: p.Principal === '*' ? '*' : { [service ? 'Service' : 'AWS']: p.Principal },
    Action: p.Action,
    Resource,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

const tagMap = (list: z.output<typeof tags> | undefined): Record<string, string> =>
  Object.fromEntries((list ?? []).map((t) => [t.Key, t.Value]));
