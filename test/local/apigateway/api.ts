import { createApiGateway } from '../../../local/cloud/services/apigateway/index.ts';
import { createLambda } from '../../../local/cloud/services/lambda/index.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { fakeCloud, functionOf, ROLE } from '../lambda/fake-cloud.ts';

export const CALLER = { kind: 'role', roleArn: ROLE, session: 'app' } as const;
export const FORMAT =
  '$context.requestTime $context.httpMethod $context.resourcePath $context.status $context.nothing';
const ECHO =
  'export const handler = async (event) => ({ statusCode: 200, headers: { "X-Mine": "1" }, body: JSON.stringify(event) });';

export interface Options {
  readonly code?: string;
  readonly fn?: Shape;
  readonly stage?: Shape;
  readonly method?: Shape;
  readonly responses?: readonly Shape[];
}

/** An API `POST /models/{model}/predictions` (validated) and `GET /models/{model}` in front of an alias. */
export async function startApi(options: Options = {}) {
  const cloud = fakeCloud();
  const lambda = createLambda();
  const gateway = createApiGateway();
  await cloud.add(lambda);
  await cloud.add(gateway);
  await functionOf(cloud, options.code ?? ECHO, options.fn);
  await cloud.create('AWS::Lambda::Version', 'V', { FunctionName: 'fn' });
  const alias = await cloud.create('AWS::Lambda::Alias', 'A', {
    FunctionName: 'fn',
    FunctionVersion: '1',
    Name: 'live',
  });
  const { ref: RestApiId, attributes } = await cloud.create('AWS::ApiGateway::RestApi', 'Api', {
    Name: 'models',
  });
  const resource = async (ParentId: string, PathPart: string) =>
    (await cloud.create('AWS::ApiGateway::Resource', PathPart, { RestApiId, ParentId, PathPart })).ref;
  const model = await resource(await resource(attributes.RootResourceId, 'models'), '{model}');
  const validator = await cloud.create('AWS::ApiGateway::RequestValidator', 'Val', {
    RestApiId,
    ValidateRequestBody: true,
    ValidateRequestParameters: true,
  });
  const body = await cloud.create('AWS::ApiGateway::Model', 'Body', {
    RestApiId,
    Schema: {
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      properties: {
        entity: { type: 'string', minLength: 1 },
        label: { enum: [0, 1] },
        amount: { type: 'number', minimum: 0, exclusiveMinimum: true },
      },
      required: ['entity'],
      additionalProperties: false,
    },
  });
  const method = (ResourceId: string, HttpMethod: string, more: Shape = {}) =>
    cloud.create('AWS::ApiGateway::Method', `${HttpMethod}${ResourceId}`, {
      RestApiId,
      ResourceId,
      HttpMethod,
      AuthorizationType: 'AWS_IAM',
      RequestValidatorId: validator.ref,
      RequestParameters: { 'method.request.path.model': true },
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${alias.ref}/invocations`,
      },
      ...more,
    });
  await method(model, 'GET', options.method);
  await method(await resource(model, 'predictions'), 'POST', {
    RequestModels: { 'application/json': body.ref },
    ...options.method,
  });
  for (const response of options.responses ?? [])
    await cloud.create('AWS::ApiGateway::GatewayResponse', response.ResponseType, { RestApiId, ...response });
  const deployment = await cloud.create('AWS::ApiGateway::Deployment', 'D', { RestApiId });
  await cloud.create('AWS::ApiGateway::Account', 'Account', { CloudWatchRoleArn: ROLE });
  await cloud.create('AWS::ApiGateway::Stage', 'S', {
    RestApiId,
    DeploymentId: deployment.ref,
    StageName: 'prod',
    AccessLogSetting: {
      DestinationArn: 'arn:aws:logs:us-east-1:111122223333:log-group:access:*',
      Format: FORMAT,
    },
    ...options.stage,
  });
  const ask = async (verb: string, path: string, more: Shape = {}) => {
    const response = await gateway.request({
      apiId: RestApiId,
      stage: 'prod',
      method: verb,
      path,
      caller: CALLER,
      headers: { 'Content-Type': 'application/json' },
      ...more,
    });
    return { ...response, json: response.body === '' ? undefined : JSON.parse(String(response.body)) };
  };
  const predict = (value: unknown, more: Shape = {}) =>
    ask('POST', '/models/fraud/predictions', { body: JSON.stringify(value), ...more });
  return { cloud, lambda, gateway, apiId: RestApiId, ask, predict };
}
