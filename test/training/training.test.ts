import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { packSource } from '../../lib/training/source.ts';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';
import { actionsOf, resourcesFor, statementsOf } from '../stacks/policies.ts';

describe('training', () => {
  let template: Template;
  beforeAll(async () => {
    template = (
      await sampleTemplates({
        model: {
          schedule: { retrain: 'cron(0 6 ? * WED *)', timeZone: 'Europe/Rome' },
          trainer: { maxHours: 2, maxWaitHours: 3, spot: true },
        },
      })
    ).training;
  });

  const substitutions = (from: Template) => {
    const [machine] = Object.values(resourcesOf(from, 'AWS::StepFunctions::StateMachine'));
    return machine!.Properties['DefinitionSubstitutions'] as Record<string, unknown>;
  };

  it('runs weekly in the time zone of the model, tries again, and keeps what failed', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 6 ? * WED *)',
      ScheduleExpressionTimezone: 'Europe/Rome',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3600 } },
    });
    const [schedule] = Object.values(resourcesOf(template, 'AWS::Scheduler::Schedule'));
    expect((schedule!.Properties['Target'] as { DeadLetterConfig: object }).DeadLetterConfig).toBeDefined();
  });

  it('hands the definition of the job to the machine, in the units of SageMaker', () => {
    expect(substitutions(template)).toMatchObject({
      InstanceType: 'ml.g5.xlarge',
      UseSpot: 'true',
      MaxRuntimeSeconds: '7200',
      MaxWaitSeconds: '10800',
      ReleaseOnRegistration: 'true',
      Model: 'sample',
    });
  });

  it('takes the training image from the account that AWS uses in the region', () => {
    const image = JSON.stringify(substitutions(template)['TrainingImage']);
    expect(image).toContain('Fn::FindInMap');
    expect(image).toContain('pytorch-training:');
  });

  it("lets the job read its model's datasets, and write only its outputs and checkpoints", () => {
    const statements = statementsOf(template, 'TrainingRole');
    const reads = resourcesFor(statements, 's3:GetObject');
    expect(reads).toContain('/datasets/sample/*');
    expect(reads).not.toContain('/golden/');
    const writes = resourcesFor(statements, 's3:PutObject');
    expect(writes).toContain('/training/sample/*');
    expect(writes).toContain('/checkpoints/sample/*');
    expect(writes).not.toContain('/models/');
    expect(writes).not.toContain('/datasets/');
  });

  it('lets the machine pass only the training role, and only to SageMaker', () => {
    const statements = statementsOf(template, 'RetrainRole');
    const pass = statements.filter((s) => actionsOf([s]).includes('iam:PassRole'));
    expect(pass).toHaveLength(1);
    expect(pass[0]!.Condition).toEqual({
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    });
  });

  it('starts the release machine only for models that release on registration', async () => {
    const starts = (from: Template) =>
      actionsOf(statementsOf(from, 'RetrainRole')).includes('states:StartExecution');
    expect(starts(template)).toBe(true);
    const manual = (await sampleTemplates({ model: { release: { start: 'manual' } } })).training;
    expect(starts(manual)).toBe(false);
    expect(substitutions(manual)['ReleaseOnRegistration']).toBe('false');
  });

  it('starts when somebody asks for it on the bus, for this model', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['coalmine'],
        'detail-type': ['retrain.requested'],
        detail: { model: ['sample'] },
      },
    });
  });
});

describe('the training program', () => {
  it('is packed to the same bytes whenever its files are the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coalmine-source-'));
    writeFileSync(join(folder, 'train.py'), 'print(1)\n');
    mkdirSync(join(folder, '__pycache__'));
    writeFileSync(join(folder, '__pycache__', 'train.pyc'), 'x');
    const first = await packSource(folder);
    utimesSync(join(folder, 'train.py'), 1, 1);
    writeFileSync(join(folder, '__pycache__', 'train.pyc'), 'y');
    expect(await packSource(folder)).toEqual(first);
    expect(gunzipSync(first).toString('latin1')).toContain('train.py');
    writeFileSync(join(folder, 'train.py'), 'print(2)\n');
    expect(await packSource(folder)).not.toEqual(first);
  });
});
