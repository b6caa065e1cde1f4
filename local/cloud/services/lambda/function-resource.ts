import { createHash } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Cloud, NotSupportedLocally, type Placement } from '../../types.ts';
import { num, tags } from '../common.ts';
import type { FunctionConfig } from './records.ts';

/** Properties of AWS::Lambda::Function that are implemented or accepted. */
export const functionSchema = z.strictObject({
  FunctionName: z.string().max(64).optional(),
  Description: z.string().max(256).default(''),
  Code: z.union([
    z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
    z.strictObject({ ZipFile: z.string() }),
  ]),
  Role: z.string(),
  Handler: z.string(),
  Runtime: z.string().regex(/^nodejs(2[2-9]|[3-9]\d)\.x$/, 'only current Node.js runtimes run here'),
  PackageType: z.literal('Zip').optional(),
  /** Seconds. */
  Timeout: num.pipe(z.number().int().min(1).max(900)).default(3),
  /** MB. */
  MemorySize: num.pipe(z.number().int().min(128).max(10_240)).default(128),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  Architectures: z
    .array(z.enum(['x86_64', 'arm64']))
    .max(1)
    .default(['x86_64']),
  EphemeralStorage: z.strictObject({ Size: num.pipe(z.number().int().min(512).max(10_240)) }).optional(),
  TracingConfig: z.strictObject({ Mode: z.enum(['Active', 'PassThrough']) }).optional(),
  LoggingConfig: z
    .strictObject({
      LogGroup: z.string().optional(),
      LogFormat: z.enum(['Text', 'JSON']).optional(),
      ApplicationLogLevel: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).optional(),
      SystemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).optional(),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ TargetArn: z.string() }).optional(),
  ReservedConcurrentExecutions: num.pipe(z.number().int().min(0)).optional(),
  RecursiveLoop: z.enum(['Allow', 'Terminate']).optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof functionSchema>;

/** The configuration of a new function. @throws NotSupportedLocally for code that is not a folder */
export function configOf(p: Properties, name: string, placement: Placement, cloud: Cloud): FunctionConfig {
  const code =
    'ZipFile' in p.Code ? inlineCode(p.Code.ZipFile, name, cloud) : assetCode(p.Code.S3Key, cloud, placement);
  return {
    description: p.Description,
    role: p.Role,
    handler: p.Handler,
    runtime: p.Runtime,
    timeout: p.Timeout,
    memorySize: p.MemorySize,
    environment: p.Environment?.Variables ?? {},
    architecture: p.Architectures[0] ?? 'x86_64',
    ephemeralStorage: p.EphemeralStorage?.Size ?? 512,
    tracing: p.TracingConfig?.Mode ?? 'PassThrough',
    logging: {
      group: p.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      format: p.LoggingConfig?.LogFormat ?? 'Text',
      applicationLevel: p.LoggingConfig?.ApplicationLogLevel ?? 'INFO',
      systemLevel: p.LoggingConfig?.SystemLogLevel ?? 'INFO',
    },
    deadLetter: p.DeadLetterConfig?.TargetArn,
    ...code,
  };
}

interface Code {
  readonly codeRoot: string;
  readonly codeSha256: string;
}

/** AWS hashes the zip; here it is what names the content: the asset's own hash, or the text. */
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

function assetCode(s3Key: string, cloud: Cloud, { stack, logicalId }: Placement): Code {
  const codeRoot = cloud.assetPath(s3Key);
  if (!statSync(codeRoot).isDirectory())
    throw new NotSupportedLocally(
      `${stack}/${logicalId}: code that is a zip file rather than a folder asset (${codeRoot})`,
    );
  return { codeRoot, codeSha256: sha256(s3Key) };
}

function inlineCode(text: string, name: string, cloud: Cloud): Code {
  const codeRoot = join(cloud.dir, 'lambda', 'inline', name);
  mkdirSync(codeRoot, { recursive: true });
  writeFileSync(join(codeRoot, 'index.js'), text);
  return { codeRoot, codeSha256: sha256(text) };
}
