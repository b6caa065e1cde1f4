import { afterEach, describe, expect, it } from 'vitest';
import { ROLE } from './fake-cloud.ts';
import { startLambda } from './start.ts';

const CODE =
  'export const handler = async () => process.env.SLOT ?? process.env.AWS_LAMBDA_FUNCTION_VERSION;';
const stops: (() => Promise<void>)[] = [];
async function start(more: Parameters<typeof startLambda>[1] = {}) {
  const started = await startLambda(CODE, more);
  stops.push(() => started.cloud.stop());
  const { call } = started;
  const configure = (SLOT: string) =>
    call('UpdateFunctionConfiguration', { Environment: { Variables: { SLOT } } });
  /** Publishes versions 1 and 2 and an alias on the first. */
  const two = async () => {
    await call('PublishVersion');
    await configure('green');
    await call('PublishVersion');
    return await call('CreateAlias', { Name: 'live', FunctionVersion: '1' });
  };
  return { ...started, configure, two };
}
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('publishing', () => {
  it('seals code and configuration: the version keeps them when $LATEST changes', async () => {
    const { call, configure, invoke } = await start();
    await configure('blue');
    expect((await call('PublishVersion')).Version).toBe('1');
    await configure('green');
    expect((await invoke({}, { Qualifier: '1' })).answer).toBe('blue');
    expect((await invoke()).answer).toBe('green');
  });

  it('makes no new version of what has not changed', async () => {
    const { call, configure } = await start();
    expect((await call('PublishVersion')).Version).toBe('1');
    expect((await call('PublishVersion', { Description: 'again' })).Version).toBe('1');
    await configure('x');
    expect((await call('PublishVersion')).Version).toBe('2');
  });

  it('is refused for another revision or another code hash', async () => {
    const { call, configure } = await start();
    const { RevisionId, CodeSha256 } = await call('GetFunctionConfiguration');
    await configure('x');
    await expect(call('PublishVersion', { RevisionId })).rejects.toMatchObject({ statusCode: 412 });
    await expect(call('PublishVersion', { CodeSha256: 'other' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    expect((await call('PublishVersion', { CodeSha256 })).Version).toBe('1');
  });
});

describe('an alias', () => {
  it('sends its share of the calls to its second version, the same ones for the same seed', async () => {
    const history = async () => {
      const { call, invoke, two } = await start();
      await two();
      await call('UpdateAlias', { Name: 'live', RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } });
      const versions: string[] = [];
      for (let i = 0; i < 300; i++) versions.push((await invoke({}, { Qualifier: 'live' })).ExecutedVersion);
      return versions;
    };
    const versions = await history();
    // 30 expected; 4 standard deviations of a binomial of 300 × 0.1 are 21.
    expect(Math.abs(versions.filter((v) => v === '2').length - 30)).toBeLessThan(21);
    expect(await history()).toEqual(versions);
  });

  it.each([
    ['three versions', { 1: 0.1, 2: 0.1 }, /one additional version/],
    ['$LATEST', { $LATEST: 0.1 }, /\$LATEST is not supported/],
    ['a weight above 1', { 2: 1.5 }, /from 0 to 1/],
    ['its own version twice', { 1: 0.5 }, /already included/],
  ])('refuses %s', async (_, AdditionalVersionWeights, message) => {
    const { call, two } = await start();
    await two();
    const update = call('UpdateAlias', { Name: 'live', RoutingConfig: { AdditionalVersionWeights } });
    await expect(update).rejects.toThrow(message);
  });

  it('refuses a second version with another role', async () => {
    const { call, two } = await start();
    await two();
    await call('UpdateFunctionConfiguration', { Role: `${ROLE}-other` });
    await call('PublishVersion');
    const update = call('UpdateAlias', {
      Name: 'live',
      RoutingConfig: { AdditionalVersionWeights: { 3: 0.1 } },
    });
    await expect(update).rejects.toThrow(/differ in their role/);
  });

  it('is changed only at the revision that the caller has seen, and keeps what the change leaves out', async () => {
    const { call, two } = await start();
    const { RevisionId } = await two();
    const shifted = await call('UpdateAlias', {
      Name: 'live',
      RevisionId,
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
    });
    await expect(call('UpdateAlias', { Name: 'live', RevisionId })).rejects.toMatchObject({
      name: 'PreconditionFailedException',
    });
    const described = await call('UpdateAlias', {
      Name: 'live',
      Description: 'x',
      RevisionId: shifted.RevisionId,
    });
    expect(described).toMatchObject({ FunctionVersion: '1', RoutingConfig: shifted.RoutingConfig });
    const cleared = await call('UpdateAlias', { Name: 'live', RoutingConfig: {} });
    expect(cleared.RoutingConfig).toBeUndefined();
  });

  it('keeps its versions from being deleted', async () => {
    const { call, two } = await start();
    await two();
    await expect(call('DeleteFunction', { Qualifier: '1' })).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    await call('DeleteFunction', { Qualifier: '2' });
    await expect(call('Invoke', { Qualifier: '2' })).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('a configuration', () => {
  it.each([
    ['reserved names', { AWS_REGION: 'x' }, /reserved keys/],
    ['more than 4 KB of variables', { BIG: 'x'.repeat(4096) }, /4KB limit/],
  ])('refuses %s', async (_, Variables, message) => {
    const { call } = await start();
    const update = call('UpdateFunctionConfiguration', { Environment: { Variables } });
    await expect(update).rejects.toThrow(message);
  });

  it('names a field that is not implemented', async () => {
    const { call } = await start();
    const update = call('UpdateFunctionConfiguration', { Layers: ['x'] });
    await expect(update).rejects.toMatchObject({ name: 'NotSupportedLocally', message: /Layers/ });
  });

  it('needs iam:PassRole only for a new role', async () => {
    const { call, cloud, configure } = await start();
    const passed = () =>
      cloud.asked.filter((a) => a.access.action === 'iam:PassRole').map((a) => a.access.resource);
    await configure('x');
    expect(passed()).toEqual([]);
    await call('UpdateFunctionConfiguration', { Role: `${ROLE}-other` });
    expect(passed()).toEqual([`${ROLE}-other`]);
  });
});

describe('permissions', () => {
  it('of a qualifier are the policy of that qualifier alone, the same object while unchanged', async () => {
    const { cloud, lambda, two } = await start();
    await two();
    const arn = 'arn:aws:lambda:us-east-1:111122223333:function:fn';
    const permission = (FunctionName: string, id: string) =>
      cloud.create('AWS::Lambda::Permission', id, {
        FunctionName,
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: 'arn:aws:events:us-east-1:111122223333:rule/r',
      });
    await permission(`${arn}:live`, 'P1');
    expect(lambda.policyOf?.(arn)).toBeUndefined();
    const policy = lambda.policyOf?.(`${arn}:live`);
    expect(policy).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'P1',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'lambda:InvokeFunction',
          Resource: `${arn}:live`,
          Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111122223333:rule/r' } },
        },
      ],
    });
    expect(lambda.policyOf?.(`${arn}:live`)).toBe(policy);
    await permission(`${arn}:live`, 'P2');
    expect(lambda.policyOf?.(`${arn}:live`)).not.toBe(policy);
  });
});
