import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { buildSample } from './app.ts';

/** Findings that nobody has acknowledged, with the resources they are about. */
function findings({ app }: Awaited<ReturnType<typeof buildSample>>): string[] {
  const report = new AwsSolutionsChecks(app).validateScope(app);
  return report.violations.flatMap((v) =>
    v.violatingResources.map((r) => `${v.ruleName} ${r.constructPath}`),
  );
}

describe('cdk-nag', () => {
  it.each(['dev', 'staging', 'prod', 'local'] as const)(
    'finds nothing in stage %s that is not acknowledged',
    async (stage) => {
      const built = await buildSample({ stage });
      built.app.synth();
      expect(findings(built)).toEqual([]);
    },
  );

  it('finds nothing when releases run by schedule', async () => {
    const built = await buildSample({ model: { release: { start: { schedule: 'cron(0 10 ? * FRI *)' } } } });
    built.app.synth();
    expect(findings(built)).toEqual([]);
  });

  it('finds nothing when a model is tuned, in its own network', async () => {
    const built = await buildSample({
      model: {
        trainer: {
          vpc: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
          tuning: { ranges: { eta: { kind: 'continuous', min: 0.01, max: 0.3 } } },
        },
      },
    });
    built.app.synth();
    expect(findings(built)).toEqual([]);
  });

  it('would find what is not acknowledged', async () => {
    const built = await buildSample();
    new Bucket(new Stack(built.app, 'careless'), 'Bucket');
    built.app.synth();
    expect(findings(built)).toContain('AwsSolutions-S10 careless/Bucket/Resource');
  });
});
