import { beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../contracts/names.ts';
import { type Resource, resourcesOf, sampleTemplates, type Templates } from '../stacks/app.ts';
import { actionsOf, resourcesFor, statementsOf } from '../stacks/policies.ts';

/** The environment that each function reads. */
const READS: Record<string, readonly (keyof typeof ENV)[]> = {
  'dataset of sample': ['eventBus', 'registryTable', 'rawBucket', 'datasetBucket'],
  'evaluation of sample': ['eventBus', 'registryTable', 'datasetBucket', 'artifactBucket'],
  'registry of sample': ['eventBus', 'registryTable', 'datasetBucket', 'artifactBucket', 'commit'],
  'release of sample': [
    'eventBus',
    'registryTable',
    'artifactBucket',
    'inferenceFunction',
    'inferenceLogGroup',
  ],
  'rollback of sample': ['eventBus', 'registryTable', 'inferenceFunction'],
  'retention of sample': ['eventBus', 'registryTable', 'artifactBucket'],
  'drift of sample': ['eventBus', 'registryTable', 'artifactBucket', 'predictionBucket'],
  'inference of sample': ['artifactBucket'],
  'outcomes of sample': [],
};

describe('the functions', () => {
  let templates: Templates;
  let functions: Resource[];
  beforeAll(async () => {
    templates = await sampleTemplates();
    functions = Object.values(templates).flatMap((t) =>
      Object.values(resourcesOf(t, 'AWS::Lambda::Function')),
    );
  });

  it('are one for each capability, and each gets the environment it reads and no more', () => {
    const environments = functions.map(({ Properties }) => [
      Properties['Description'],
      Object.keys((Properties['Environment'] as { Variables: object }).Variables).sort(),
    ]);
    const expected = Object.entries(READS).map(([name, reads]) => [
      name,
      [...reads, 'stage' as const].map((key) => ENV[key]).sort(),
    ]);
    expect(environments.sort()).toEqual(expected.sort());
  });

  it('run on Node 24 and x86_64, each with its own log group', () => {
    const groups = functions.map(({ Properties }) => JSON.stringify(Properties['LoggingConfig']));
    expect(new Set(groups).size).toBe(functions.length);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['x86_64'],
        Handler: 'index.handler',
      });
    }
  });

  it('keep their logs at least as long as the model asks', async () => {
    const { serving } = await sampleTemplates({ model: { retention: { logDays: 200 } } });
    for (const { Properties } of Object.values(resourcesOf(serving, 'AWS::Logs::LogGroup'))) {
      expect(Properties['RetentionInDays']).toBe(365);
      expect(Properties['KmsKeyId']).toBeDefined();
    }
  });

  it('predict with what the definition reserves', async () => {
    const { serving } = await sampleTemplates({
      model: { serving: { reservedConcurrency: 9, memoryMb: 2000, timeoutSeconds: 4 } },
    });
    serving.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'inference of sample',
      ReservedConcurrentExecutions: 9,
      MemorySize: 2000,
      Timeout: 4,
    });
  });

  it('use no AWS managed policy', () => {
    for (const name of ['serving', 'training', 'monitoring'] as const) {
      for (const { Properties } of Object.values(resourcesOf(templates[name], 'AWS::IAM::Role'))) {
        expect(Properties['ManagedPolicyArns']).toBeUndefined();
      }
    }
  });

  it('let the predictor read sealed artifacts of its model, and do nothing else', () => {
    const statements = statementsOf(templates.serving, 'InferenceRole');
    expect(actionsOf(statements)).toEqual([
      'kms:Decrypt',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:GetObjectVersion',
    ]);
    expect(resourcesFor(statements, 's3:GetObject')).toContain('/models/sample/*');
  });

  it('let only the release function publish, and only release and rollback move the alias', () => {
    for (const [role, may] of [
      ['ReleaseRole', true],
      ['RollbackRole', false],
      ['InferenceRole', false],
    ] as const) {
      expect(actionsOf(statementsOf(templates.serving, role)).includes('lambda:PublishVersion')).toBe(may);
    }
    for (const role of ['ReleaseRole', 'RollbackRole']) {
      const aliases = resourcesFor(statementsOf(templates.serving, role), 'lambda:UpdateAlias');
      expect(aliases).toContain(':live');
      expect(aliases).not.toContain('*');
    }
  });

  it('confine every access to the registry to the items of the model, and let nobody delete one', () => {
    const all = [
      ...statementsOf(templates.serving, ''),
      ...statementsOf(templates.training, ''),
      ...statementsOf(templates.monitoring, ''),
    ];
    const registry = all.filter((s) => actionsOf([s]).some((action) => action.startsWith('dynamodb:')));
    expect(registry.length).toBeGreaterThan(0);
    for (const statement of registry) {
      expect(statement.Condition).toEqual({
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['MODEL#sample'] },
      });
    }
    expect(actionsOf(all).filter((action) => /^(dynamodb|s3):.*delete/i.test(action))).toEqual([]);
  });
});
