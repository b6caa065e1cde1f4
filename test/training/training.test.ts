import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelDefinitionInput } from '../../contracts/model-definition.ts';
import { packSource } from '../../lib/training/source.ts';
import { warnOfLackingWheels } from '../../lib/training/wheels.ts';
import { resourcesOf, sampleModel, sampleTemplates } from '../stacks/app.ts';
import { actionsOf, resourcesFor, statementsOf } from '../stacks/policies.ts';
import { load, SUBSTITUTIONS } from '../statemachines/load.ts';

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
      NetworkIsolation: 'true',
      InstallPackages: 'true',
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

  const withTrainer = async (trainer: NonNullable<ModelDefinitionInput['trainer']>) =>
    (await sampleTemplates({ model: { trainer } })).training;

  it('lets the machine search only for models that do, and look only at jobs of theirs', async () => {
    const create = 'sagemaker:CreateHyperParameterTuningJob';
    expect(actionsOf(statementsOf(template, 'RetrainRole'))).not.toContain(create);
    const searching = await withTrainer({
      tuning: { ranges: { max_depth: { kind: 'integer', min: 3, max: 9 } } },
    });
    const statements = statementsOf(searching, 'RetrainRole');
    for (const action of [
      create,
      'sagemaker:DescribeHyperParameterTuningJob',
      'sagemaker:StopHyperParameterTuningJob',
      'sagemaker:ListTrainingJobsForHyperParameterTuningJob',
    ])
      expect(resourcesFor(statements, action), action).toContain(':hyper-parameter-tuning-job/sample-*');
    expect(resourcesFor(statements, 'events:PutRule')).toContain(
      'rule/StepFunctionsGetEventsForSageMakerTuningJobsRule',
    );
  });

  it('lets the job have network interfaces only where the model names its subnets', async () => {
    const interfaces = 'ec2:CreateNetworkInterface';
    expect(actionsOf(statementsOf(template, 'TrainingRole'))).not.toContain(interfaces);
    const inside = await withTrainer({ vpc: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] } });
    expect(actionsOf(statementsOf(inside, 'TrainingRole'))).toContain(interfaces);
  });

  it('installs the pinned packages where the container has a network, in a line that SageMaker takes', async () => {
    const open = substitutions(await withTrainer({ networkIsolation: false }));
    expect(open['NetworkIsolation']).toBe('false');
    const install = open['InstallPackages'] as string;
    expect(install).toContain('-r /tmp/code/requirements-image.txt');
    const { entrypoint } = load('retrain', { ...SUBSTITUTIONS, InstallPackages: install }).States[
      'DescribeJob'
    ]!.Assign as { entrypoint: string[] };
    expect(Math.max(...entrypoint.map((part) => part.length))).toBeLessThanOrEqual(256);
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
    const bytes = async () => (await packSource(folder)).bytes;
    const first = await bytes();
    utimesSync(join(folder, 'train.py'), 1, 1);
    writeFileSync(join(folder, '__pycache__', 'train.pyc'), 'y');
    expect(await bytes()).toEqual(first);
    expect(gunzipSync(first).toString('latin1')).toContain('train.py');
    writeFileSync(join(folder, 'train.py'), 'print(2)\n');
    expect(await bytes()).not.toEqual(first);
  });

  it('brings its wheels along, but not to a laptop, and names those that it pins and lacks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coalmine-source-'));
    writeFileSync(
      join(folder, 'requirements-image.txt'),
      '# why\nxgboost==3.2.0\nml_dtypes==0.6.0\nonnx==1.2.3\n',
    );
    mkdirSync(join(folder, 'wheels'));
    for (const wheel of [
      'xgboost-3.2.0-py3-none-any',
      'ML.dtypes-0.6.0-cp312-cp312-linux',
      'onnx-1.0.0-py3-none-any',
    ])
      writeFileSync(join(folder, 'wheels', `${wheel}.whl`), 'zip');
    const { bytes, lacking } = await packSource(folder);
    expect(lacking).toEqual(['onnx==1.2.3']);
    expect(gunzipSync(bytes).toString('latin1')).toContain('wheels/xgboost-3.2.0-py3-none-any.whl');
    const local = await packSource(folder, false);
    expect(gunzipSync(local.bytes).toString('latin1')).not.toContain('wheels/');
    expect(local.lacking).toEqual([]);
  });

  it.each([
    ['a container without a network', {}, 1],
    ['a container with one', { networkIsolation: false }, 0],
    [
      'a search, whose trials install nothing',
      { networkIsolation: false, tuning: { ranges: { eta: { kind: 'continuous', min: 0.1, max: 0.3 } } } },
      1,
    ],
  ] as const)('warns at synthesis that wheels lack for %s', (_, trainer, warnings) => {
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'training');
    warnOfLackingWheels(stack, sampleModel({ trainer }), ['xgboost==3.2.0']);
    const found = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('xgboost==3.2.0.*training:wheels'),
    );
    expect(found).toHaveLength(warnings);
    warnOfLackingWheels(stack, sampleModel({ trainer }), []);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toHaveLength(warnings);
  });
});
