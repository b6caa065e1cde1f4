import { z } from 'zod';

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  Condition: z.string().optional(),
  Metadata: z.record(z.string(), z.unknown()).optional(),
  // Of stack updates and deletions, which do not happen here.
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  UpdatePolicy: z.record(z.string(), z.unknown()).optional(),
});
export type TemplateResource = z.output<typeof resource>;

const parameter = z.strictObject({
  Type: z.string(),
  Default: z.unknown().optional(),
  Description: z.string().optional(),
  AllowedValues: z.array(z.unknown()).optional(),
  AllowedPattern: z.string().optional(),
  ConstraintDescription: z.string().optional(),
  MinLength: z.unknown().optional(),
  MaxLength: z.unknown().optional(),
  MinValue: z.unknown().optional(),
  MaxValue: z.unknown().optional(),
  NoEcho: z.unknown().optional(),
});
export type TemplateParameter = z.output<typeof parameter>;

const output = z.strictObject({
  Value: z.unknown(),
  Description: z.string().optional(),
  Condition: z.string().optional(),
  Export: z.strictObject({ Name: z.unknown() }).optional(),
});

/** A CloudFormation template, as far as this cloud reads it. Transforms, macros and hooks are errors. */
export const templateSchema = z.strictObject({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Metadata: z.record(z.string(), z.unknown()).optional(),
  Parameters: z.record(z.string(), parameter).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resource).default({}),
  Outputs: z.record(z.string(), output).default({}),
  // The CDK's only rule asks for a recent bootstrap stack, which is not needed here.
  Rules: z.record(z.string(), z.unknown()).optional(),
});
export type Template = z.output<typeof templateSchema>;
