import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { z } from 'zod';
import { type RunningCloud, startCloud } from '../../../local/cloud/cloud.ts';
import { CORE_SERVICES } from '../../../local/cloud/services/core.ts';
import type { PolicyDocument, Service, ServiceFactory } from '../../../local/cloud/types.ts';

export const START = new Date('2026-11-16T00:00:00Z');

/** A service of one resource type, `AWS::SQS::Queue`, and two operations, for tests of what hosts services. */
export function createQueueDouble(): Service & {
  readonly sent: string[];
  policies: Map<string, PolicyDocument>;
} {
  const sent: string[] = [];
  const policies = new Map<string, PolicyDocument>();
  return {
    name: 'sqs',
    protocol: 'json',
    sent,
    policies,
    policyOf: (arn) => policies.get(arn),
    operations: {
      SendMessage: {
        access: (input) => [{ action: 'sqs:SendMessage', resource: input.QueueArn }],
        run: (input, { cloud }) => {
          sent.push(input.MessageBody);
          return { MessageId: cloud.random.hex(8), At: new Date(cloud.clock.now()) };
        },
      },
      Break: {
        access: () => [],
        run: () => {
          throw new TypeError('a defect');
        },
      },
    },
    resources: [
      {
        type: 'AWS::SQS::Queue',
        schema: z.strictObject({
          QueueName: z.string().optional(),
          VisibilityTimeout: z.number().optional(),
          RedrivePolicy: z
            .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })
            .optional(),
        }),
        create(p, placement, cloud) {
          const name = p.QueueName ?? placement.physicalName(80);
          const arn = `arn:aws:sqs:${cloud.region}:${cloud.account}:${name}`;
          return { ref: `${cloud.endpoint}/${name}`, attributes: { Arn: arn, QueueName: name } };
        },
      },
    ],
  };
}

/** Synthesises what `build` makes into a temporary folder, which `dispose` removes. */
export function synthesise(build: (app: App) => void): { readonly dir: string; dispose(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'coalmine-cloud-'));
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  build(app);
  app.synth();
  return { dir, dispose: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A running cloud of the core services, the queue double and `more`. */
export async function world(
  build: (app: App) => Stack | undefined,
  more: readonly ServiceFactory[] = [createQueueDouble],
): Promise<RunningCloud & { dispose(): Promise<void> }> {
  const made = synthesise(build);
  try {
    const running = await startCloud({
      assembly: join(made.dir, 'cdk.out'),
      start: START,
      seed: 7,
      dir: join(made.dir, 'data'),
      services: [...CORE_SERVICES, ...more],
    });
    const dispose = async () => {
      await running.stop();
      made.dispose();
    };
    return { ...running, dispose };
  } catch (e) {
    made.dispose();
    throw e;
  }
}
