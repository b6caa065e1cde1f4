import { z } from 'zod';
import { Directory } from '../iam/directory.ts';
import type { PolicyDocument, ResourceType, Service } from '../types.ts';
import { policyDocument, tags } from './common.ts';

export interface IamService extends Service {
  readonly directory: Directory;
}

const inlinePolicy = z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument });
const none = z.array(z.never());

const asDocument = (value: unknown): PolicyDocument => value as PolicyDocument;
const pathOf = (path: string | undefined): string => path ?? '/';

function role(directory: Directory): ResourceType {
  return {
    type: 'AWS::IAM::Role',
    schema: z.strictObject({
      AssumeRolePolicyDocument: policyDocument,
      ManagedPolicyArns: z.array(z.string()).optional(),
      Policies: z.array(inlinePolicy).optional(),
      RoleName: z.string().optional(),
      Path: z.string().optional(),
      Description: z.string().optional(),
      MaxSessionDuration: z.number().optional(),
      Tags: tags.optional(),
    }),
    inert: {
      Description: 'for people',
      MaxSessionDuration: 'sessions do not end here',
      Tags: 'no tag-based access here',
    },
    create(p, placement, cloud) {
      const name: string = p.RoleName ?? placement.physicalName(64);
      const arn = `arn:aws:iam::${cloud.account}:role${pathOf(p.Path)}${name}`;
      directory.addRole({
        arn,
        name,
        trust: asDocument(p.AssumeRolePolicyDocument),
        inline: (p.Policies ?? []).map((i: z.output<typeof inlinePolicy>) => ({
          name: i.PolicyName,
          document: asDocument(i.PolicyDocument),
        })),
        managed: p.ManagedPolicyArns ?? [],
      });
      // AWS's own form; nothing here reads it but a template that asks for it.
      return { ref: name, attributes: { Arn: arn, RoleId: `AROA${roleId(arn)}` } };
    },
  };
}

/** Sixteen upper-case letters and digits made of the ARN: the same role has the same id in every run. */
function roleId(arn: string): string {
  let h = 7n;
  for (const c of arn) h = (h * 131n + BigInt(c.codePointAt(0)!)) % 36n ** 16n;
  return h.toString(36).toUpperCase().padStart(16, '0');
}

function policy(directory: Directory): ResourceType {
  return {
    type: 'AWS::IAM::Policy',
    schema: z.strictObject({
      PolicyName: z.string(),
      PolicyDocument: policyDocument,
      Roles: z.array(z.string()).optional(),
      Users: none.optional(),
      Groups: none.optional(),
    }),
    create(p) {
      for (const name of p.Roles ?? []) {
        directory.attach(name, { name: p.PolicyName, document: asDocument(p.PolicyDocument) });
      }
      return { ref: p.PolicyName, attributes: { Id: p.PolicyName } };
    },
  };
}

function managedPolicy(directory: Directory): ResourceType {
  return {
    type: 'AWS::IAM::ManagedPolicy',
    schema: z.strictObject({
      ManagedPolicyName: z.string().optional(),
      PolicyDocument: policyDocument,
      Description: z.string().optional(),
      Path: z.string().optional(),
      Roles: z.array(z.string()).optional(),
      Users: none.optional(),
      Groups: none.optional(),
    }),
    inert: { Description: 'for people' },
    create(p, placement, cloud) {
      const name: string = p.ManagedPolicyName ?? placement.physicalName(128);
      const arn = `arn:aws:iam::${cloud.account}:policy${pathOf(p.Path)}${name}`;
      directory.addManaged(arn, { name, document: asDocument(p.PolicyDocument) }, p.Roles ?? []);
      return { ref: arn, attributes: { PolicyArn: arn, PolicyId: `ANPA${roleId(arn)}` } };
    },
  };
}

/** IAM: roles and policies as templates write them. It has no API: the templates are all there is. */
export function createIam(): IamService {
  const directory = new Directory();
  return {
    name: 'iam',
    protocol: 'query',
    directory,
    operations: {},
    resources: [role(directory), policy(directory), managedPolicy(directory)],
  };
}
