import { z } from 'zod';
import { NotSupportedLocally, type ResourceType } from '../../types.ts';
import { bool, num, tags } from '../common.ts';
import type { Integration } from './records.ts';
import { type ApiStore, found } from './store.ts';
import { checkSchema } from './validation.ts';

const restApi = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  EndpointConfiguration: z
    .strictObject({ Types: z.array(z.string()).optional(), IpAddressType: z.string().optional() })
    .optional(),
  BinaryMediaTypes: z.array(z.string()).default([]),
  ApiKeySourceType: z.literal('HEADER').optional(),
  Tags: tags.optional(),
});

const method = z.strictObject({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM']).default('NONE'),
  ApiKeyRequired: bool.default(false),
  OperationName: z.string().optional(),
  RequestModels: z.record(z.string(), z.string()).default({}),
  RequestParameters: z.record(z.string(), bool).default({}),
  RequestValidatorId: z.string().optional(),
  Integration: z.strictObject({
    Type: z.string(),
    Uri: z.string().optional(),
    IntegrationHttpMethod: z.string().optional(),
    TimeoutInMillis: num.pipe(z.number().int().min(50).max(29_000)).optional(),
    PassthroughBehavior: z.string().optional(),
    ResponseTransferMode: z.literal('BUFFERED').optional(),
  }),
  MethodResponses: z.array(z.looseObject({ StatusCode: z.coerce.string() })).optional(),
});

/** API Gateway's limit of an integration of a regional REST API, in milliseconds. */
const INTEGRATION_LIMIT_MS = 29_000;

/** AWS::ApiGateway types that describe an API; nothing of it is served before a deployment. */
export function apiResources(store: () => ApiStore): ResourceType[] {
  return [
    {
      type: 'AWS::ApiGateway::RestApi',
      schema: restApi,
      inert: { EndpointConfiguration: 'there is one endpoint here, whatever the type' },
      create(p: z.output<typeof restApi>) {
        const id = store().id();
        const rootId = store().id();
        store().apis.set(id, {
          id,
          name: p.Name,
          rootId,
          binaryMediaTypes: p.BinaryMediaTypes,
          resources: new Map([[rootId, '/']]),
          methods: [],
          models: new Map(),
          validators: new Map(),
          responses: new Map(),
          deployments: new Map(),
          stages: new Map(),
        });
        return { ref: id, attributes: { RestApiId: id, RootResourceId: rootId } };
      },
    },
    {
      type: 'AWS::ApiGateway::Resource',
      schema: z.strictObject({ RestApiId: z.string(), ParentId: z.string(), PathPart: z.string() }),
      create(p) {
        const api = store().api(p.RestApiId);
        const parent = found(api.resources.get(p.ParentId), 'resource', p.ParentId);
        const id = store().id();
        api.resources.set(id, `${parent === '/' ? '' : parent}/${p.PathPart}`);
        return { ref: id, attributes: { ResourceId: id } };
      },
    },
    {
      type: 'AWS::ApiGateway::Method',
      schema: method,
      inert: {
        OperationName: 'a name for SDK generators',
        MethodResponses: 'proxy integrations answer for themselves',
        'Integration.PassthroughBehavior': 'proxy integrations always pass through',
      },
      create(p: z.output<typeof method>, placement) {
        const api = store().api(p.RestApiId);
        const models = Object.entries(p.RequestModels).map(
          ([type, name]) => [type, found(api.models.get(name), 'model', name)] as const,
        );
        const validator = p.RequestValidatorId
          ? found(api.validators.get(p.RequestValidatorId), 'request validator', p.RequestValidatorId)
          : undefined;
        api.methods.push({
          httpMethod: p.HttpMethod,
          resourceId: p.ResourceId,
          resourcePath: found(api.resources.get(p.ResourceId), 'resource', p.ResourceId),
          authorization: p.AuthorizationType,
          apiKeyRequired: p.ApiKeyRequired,
          parameters: p.RequestParameters,
          schemas: Object.fromEntries(models),
          validateBody: validator?.body ?? false,
          validateParameters: validator?.parameters ?? false,
          integration: integrationOf(p.Integration, placement.path),
        });
        return { ref: placement.physicalName(), attributes: {} };
      },
    },
    {
      type: 'AWS::ApiGateway::Model',
      schema: z.strictObject({
        RestApiId: z.string(),
        ContentType: z.string().optional(),
        Name: z.string().optional(),
        Description: z.string().optional(),
        Schema: z.looseObject({}),
      }),
      create(p, placement) {
        const name = p.Name ?? placement.physicalName().replaceAll(/[^A-Za-z0-9]/g, '');
        checkSchema(p.Schema, placement.path);
        store().api(p.RestApiId).models.set(name, p.Schema);
        return { ref: name, attributes: {} };
      },
    },
    {
      type: 'AWS::ApiGateway::RequestValidator',
      schema: z.strictObject({
        RestApiId: z.string(),
        Name: z.string().optional(),
        ValidateRequestBody: bool.default(false),
        ValidateRequestParameters: bool.default(false),
      }),
      create(p) {
        const id = store().id();
        const validator = { body: p.ValidateRequestBody, parameters: p.ValidateRequestParameters };
        store().api(p.RestApiId).validators.set(id, validator);
        return { ref: id, attributes: { RequestValidatorId: id } };
      },
    },
    {
      type: 'AWS::ApiGateway::GatewayResponse',
      schema: z.strictObject({
        RestApiId: z.string(),
        ResponseType: z.string(),
        StatusCode: z.coerce.string().optional(),
        ResponseParameters: z.record(z.string(), z.string()).default({}),
        ResponseTemplates: z.record(z.string(), z.string()).default({}),
      }),
      create(p) {
        const id = store().id();
        store()
          .api(p.RestApiId)
          .responses.set(p.ResponseType, {
            status: p.StatusCode === undefined ? undefined : Number(p.StatusCode),
            headers: p.ResponseParameters,
            templates: p.ResponseTemplates,
          });
        return { ref: id, attributes: { Id: id } };
      },
    },
  ];
}

function integrationOf(p: z.output<typeof method>['Integration'], path: string): Integration {
  if (p.Type !== 'AWS_PROXY') throw new NotSupportedLocally(`${path}: API Gateway integration ${p.Type}`);
  const arn = p.Uri?.match(/:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/)?.[1];
  if (!arn) throw new NotSupportedLocally(`${path}: API Gateway integration with ${p.Uri}`);
  return { functionArn: arn, timeoutMs: p.TimeoutInMillis ?? INTEGRATION_LIMIT_MS };
}
