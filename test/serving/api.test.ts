import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';

describe('the API', () => {
  let template: Template;
  beforeAll(async () => {
    template = (
      await sampleTemplates({ model: { serving: { rateLimit: 77, burstLimit: 33, reservedConcurrency: 9 } } })
    ).serving;
  });

  it('asks every caller for a signature and validates every request', () => {
    const methods = Object.values(resourcesOf(template, 'AWS::ApiGateway::Method'));
    expect(methods.map((m) => m.Properties['HttpMethod']).sort()).toEqual(['GET', 'POST', 'POST']);
    for (const { Properties } of methods) {
      expect(Properties).toMatchObject({
        AuthorizationType: 'AWS_IAM',
        RequestParameters: { 'method.request.path.model': true },
      });
      expect(Properties['RequestValidatorId']).toBeDefined();
    }
  });

  it('knows the model by a path parameter, so that an unknown one is answered and not refused', () => {
    const paths = Object.values(resourcesOf(template, 'AWS::ApiGateway::Resource')).map(
      (r) => r.Properties['PathPart'],
    );
    expect(paths.sort()).toEqual(['models', 'outcomes', 'predictions', '{model}']);
  });

  it('validates bodies by JSON Schema draft 4 with the fields of the contract', () => {
    const schemas = Object.values(resourcesOf(template, 'AWS::ApiGateway::Model')).map(
      (m) => m.Properties['Schema'],
    );
    expect(schemas).toHaveLength(2);
    for (const schema of schemas) {
      expect(schema).toMatchObject({
        $schema: 'http://json-schema.org/draft-04/schema#',
        type: 'object',
        additionalProperties: false,
      });
      expect(JSON.stringify(schema)).not.toMatch(/"(format|pattern|propertyNames)"/);
    }
    const required = schemas.map((s) => (s as { required: string[] }).required);
    expect(required).toEqual(
      expect.arrayContaining([
        ['entity', 'features'],
        ['predictionId', 'label'],
      ]),
    );
  });

  it('throttles, and measures its clients by a usage plan', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [
        { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 77, ThrottlingBurstLimit: 33 },
      ],
    });
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 77, BurstLimit: 33 },
    });
  });

  it('writes an access log', () => {
    const [stage] = Object.values(resourcesOf(template, 'AWS::ApiGateway::Stage'));
    const setting = stage!.Properties['AccessLogSetting'] as { Format: string };
    expect(Object.keys(JSON.parse(setting.Format) as object)).toEqual(
      expect.arrayContaining(['requestId', 'status', 'httpMethod']),
    );
  });

  it('answers its own refusals as problems, with Retry-After where waiting helps', () => {
    const responses = Object.values(resourcesOf(template, 'AWS::ApiGateway::GatewayResponse')).map(
      (r) => r.Properties,
    );
    for (const response of responses) {
      expect(response['ResponseParameters']).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
      });
      const body = (response['ResponseTemplates'] as Record<string, string>)['application/json']!;
      const filled = body.replaceAll(/(?<!")\$context\.error\.messageString/g, '"why"');
      expect(JSON.parse(filled)).toMatchObject({ type: 'about:blank', status: expect.any(Number) });
    }
    const throttled = responses.find((r) => r['ResponseType'] === 'THROTTLED');
    expect(throttled).toMatchObject({
      StatusCode: '429',
      ResponseParameters: { 'gatewayresponse.header.Retry-After': "'1'" },
    });
  });

  it('lets its clients call this model and no other', () => {
    const policies = Object.values(resourcesOf(template, 'AWS::IAM::ManagedPolicy'));
    expect(policies).toHaveLength(1);
    const text = JSON.stringify(policies[0]!.Properties['PolicyDocument']);
    expect(text).toContain('execute-api:Invoke');
    expect(text).toContain('/dev/GET/models/sample"');
    expect(text).toContain('/dev/POST/models/sample/*"');
  });
});
