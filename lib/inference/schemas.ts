import { type JsonSchema, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway';
import { z } from 'zod';
import { outcomeRequestSchema, predictionRequestSchema } from '../../contracts/prediction.ts';

/** Keywords of zod's output that API Gateway's validator does not take. */
const UNKNOWN_TO_GATEWAY = new Set(['$schema', 'propertyNames', 'format', 'pattern']);

/** A request schema of the contracts as the JSON Schema draft 4 that API Gateway validates by. */
function gatewaySchema(schema: z.ZodType, title: string): JsonSchema {
  const draft4 = z.toJSONSchema(schema, { target: 'draft-4', io: 'input' });
  return { schema: JsonSchemaVersion.DRAFT4, title, ...(strip(draft4) as JsonSchema) };
}

/** Without the unknown keywords; what they ask is checked by the function. */
function strip(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strip);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => !UNKNOWN_TO_GATEWAY.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, strip(value)]));
}

export const predictionBody = (): JsonSchema => gatewaySchema(predictionRequestSchema, 'Prediction request');
export const outcomeBody = (): JsonSchema => gatewaySchema(outcomeRequestSchema, 'Outcome request');
