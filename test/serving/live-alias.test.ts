import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { resourcesOf, type SampleOptions, sampleTemplates } from '../stacks/app.ts';

const serving = async (options: SampleOptions = {}) => (await sampleTemplates(options)).serving;

/** The alias, its first version, and which function they belong to. */
const live = (template: Template) => ({
  aliases: properties(template, 'AWS::Lambda::Alias'),
  versions: properties(template, 'AWS::Lambda::Version'),
});

const properties = (template: Template, type: string) =>
  Object.fromEntries(Object.entries(resourcesOf(template, type)).map(([id, r]) => [id, r.Properties]));

describe('the alias live', () => {
  it('and its first version have logical ids that never change', async () => {
    const { aliases, versions } = live(await serving());
    expect(Object.keys(aliases)).toEqual(['LiveAlias']);
    expect(Object.keys(versions)).toEqual(['FirstVersion']);
  });

  it('says nothing but its name, its function and the first version, so that a deployment never touches weights', async () => {
    const { aliases, versions } = live(await serving());
    const fn = { Ref: 'InferenceFunction05D34FA4' };
    expect(versions['FirstVersion']).toEqual({ FunctionName: fn });
    expect(aliases['LiveAlias']).toEqual({
      Name: 'live',
      FunctionName: fn,
      FunctionVersion: { 'Fn::GetAtt': ['FirstVersion', 'Version'] },
    });
  });

  it('is the same whatever the code, the model definition and the stage are', async () => {
    const before = live(await serving());
    expect(live(await serving({ code: 'export const handler = () => 42;' }))).toEqual(before);
    expect(live(await serving({ model: { serving: { memoryMb: 3000, timeoutSeconds: 3 } } }))).toEqual(
      before,
    );
    expect(live(await serving({ stage: 'prod' }))).toEqual(before);
  });

  it('is what the API calls, never $LATEST', async () => {
    const template = await serving();
    const methods = Object.values(resourcesOf(template, 'AWS::ApiGateway::Method'));
    const uris = methods.map(({ Properties }) => JSON.stringify(Properties['Integration']));
    expect(uris.filter((uri) => uri.includes('"Ref":"LiveAlias"'))).toHaveLength(2);
    expect(uris.filter((uri) => uri.includes('InferenceFunction'))).toEqual([]);
  });

  it('is moved by no deployment group', async () => {
    expect(resourcesOf(await serving(), 'AWS::CodeDeploy::DeploymentGroup')).toEqual({});
  });
});
