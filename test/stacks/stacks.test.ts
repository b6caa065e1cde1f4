import { describe, expect, it } from 'vitest';
import { buildSample, sampleTemplates } from './app.ts';

const OUTPUTS = {
  storage: [
    'ArtifactBucketName',
    'DatasetBucketName',
    'EventBusName',
    'PredictionBucketName',
    'RawBucketName',
    'RegistryTableName',
    'TopicArn',
  ],
  serving: ['ApiUrl', 'InferenceFunctionName', 'ReleaseMachineArn', 'RollbackMachineArn'],
  training: ['RetrainMachineArn'],
};

/** Properties that would name a resource physically. */
const NAMES =
  /^(BucketName|TableName|FunctionName|RoleName|StateMachineName|QueueName|TopicName|AlarmName|LogGroupName|DeliveryStreamName|ManagedPolicyName|DashboardName|AliasName)$/;
/** Names that are part of the contract (the alias) or of the reference to another resource. */
const REFERENCES = new Set([
  'AWS::Lambda::Version',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Permission',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::SubscriptionFilter',
  'AWS::Logs::LogStream',
]);

describe('the stacks', () => {
  it('have the outputs that operators and the rehearsal look up', async () => {
    const templates = await sampleTemplates();
    for (const [stack, names] of Object.entries(OUTPUTS)) {
      const outputs = Object.keys(templates[stack as keyof typeof OUTPUTS].findOutputs('*'));
      expect(outputs).toEqual(expect.arrayContaining(names));
    }
  });

  it('name no resource physically and mention no account or region', async () => {
    for (const template of Object.values(await sampleTemplates())) {
      const { Resources } = template.toJSON() as {
        Resources: Record<string, { Type: string; Properties?: object }>;
      };
      for (const [id, { Type, Properties }] of Object.entries(Resources)) {
        const named = Object.keys(Properties ?? {}).filter((key) => NAMES.test(key) && !REFERENCES.has(Type));
        expect({ id, named }).toEqual({ id, named: [] });
      }
      const text = JSON.stringify({ Resources });
      expect(text).not.toMatch(/\b\d{12}\b/);
      expect(text).not.toMatch(/"(us|eu|ap)-[a-z]+-\d"/);
    }
  });

  it('hold no custom resource', async () => {
    for (const template of Object.values(await sampleTemplates())) {
      const types = Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>).map(
        (r) => r.Type,
      );
      expect(types.filter((type) => /CustomResource|^Custom::/.test(type))).toEqual([]);
    }
  });

  it('are one shared and three for each model', async () => {
    const { app } = await buildSample();
    expect(
      app
        .synth()
        .stacks.map((s) => s.stackName)
        .sort(),
    ).toEqual([
      'coalmine-dev-sample-monitoring',
      'coalmine-dev-sample-serving',
      'coalmine-dev-sample-training',
      'coalmine-dev-storage',
    ]);
  });

  it('are identical when synthesised twice', async () => {
    const [first, second] = [await sampleTemplates(), await sampleTemplates()];
    for (const stack of ['storage', 'serving', 'training', 'monitoring'] as const) {
      expect(second[stack].toJSON()).toEqual(first[stack].toJSON());
    }
  });
});
