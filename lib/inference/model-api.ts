import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type JsonSchema,
  LambdaIntegration,
  LogGroupLogDestination,
  type Method,
  Model,
  type RequestValidator,
  type Resource,
  RestApi,
  type UsagePlan,
} from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { logRetention } from '../lambda/log-retention.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { render } from '../shared/permissions.ts';
import { addProblemResponses } from './problem-responses.ts';
import { outcomeBody, predictionBody } from './schemas.ts';

export interface ModelApiProps extends ModelStackProps {
  /** Answers predictions and `GET`: the alias `live`. */
  readonly predictor: IFunction;
  /** Takes outcomes. */
  readonly outcomes: IFunction;
}

/**
 * The API of one model: `POST /models/{model}/predictions`, `POST /models/{model}/outcomes`, `GET /models/{model}`.
 * Callers sign with SigV4. The model is a path parameter, so that another model's name gets the function's clear 404.
 */
export class ModelApi extends Construct {
  readonly api: RestApi;
  /** Attach it to whatever may call the API. */
  readonly clientPolicy: ManagedPolicy;
  private readonly validator: RequestValidator;

  constructor(scope: Construct, id: string, props: ModelApiProps) {
    super(scope, id);
    this.api = this.createApi(props);
    this.validator = this.api.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    addProblemResponses(this.api);
    this.addRoutes(props);
    this.addUsagePlan(props);
    this.clientPolicy = this.createClientPolicy(props);
    this.acknowledgeFindings();
  }

  private createApi(props: ModelApiProps): RestApi {
    const { serving, name, retention } = props.definition;
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: logRetention(retention.logDays),
      encryptionKey: props.storage.dataKey.key,
      removalPolicy: props.settings.removalPolicy,
    });
    return new RestApi(this, 'Api', {
      description: `Predictions of ${name}`,
      endpointTypes: [EndpointType.REGIONAL],
      // The role of the account is in the storage stack: one account has one.
      cloudWatchRole: false,
      deployOptions: {
        stageName: props.settings.stage,
        throttlingRateLimit: serving.rateLimit,
        throttlingBurstLimit: serving.burstLimit,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        metricsEnabled: true,
      },
    });
  }

  private addRoutes(props: ModelApiProps): void {
    const model = this.api.root.addResource('models').addResource('{model}');
    this.addRoute(model, 'GET', props.predictor);
    this.addRoute(model.addResource('predictions'), 'POST', props.predictor, predictionBody());
    this.addRoute(model.addResource('outcomes'), 'POST', props.outcomes, outcomeBody());
  }

  private addRoute(resource: Resource, verb: string, fn: IFunction, body?: JsonSchema): Method {
    const method = resource.addMethod(verb, new LambdaIntegration(fn, { allowTestInvoke: false }), {
      authorizationType: AuthorizationType.IAM,
      requestValidator: this.validator,
      requestParameters: { 'method.request.path.model': true },
      requestModels: body && { 'application/json': this.bodyModel(resource, body) },
    });
    acknowledge(
      method,
      'AwsSolutions-COG4',
      'Callers are applications with IAM roles, not people: SigV4, no user pool.',
    );
    return method;
  }

  private bodyModel(resource: Resource, schema: JsonSchema): Model {
    return new Model(resource, 'Body', { restApi: this.api, contentType: 'application/json', schema });
  }

  /** Limits of one client. An operator gives each client that shall have limits of its own a key in the plan. */
  private addUsagePlan(props: ModelApiProps): UsagePlan {
    const { rateLimit, burstLimit } = props.definition.serving;
    return this.api.addUsagePlan('Clients', {
      description: `Clients of ${props.definition.name}`,
      apiStages: [{ stage: this.api.deploymentStage }],
      throttle: { rateLimit, burstLimit },
    });
  }

  private createClientPolicy(props: ModelApiProps): ManagedPolicy {
    const { name } = props.definition;
    const resources = [
      this.api.arnForExecuteApi('GET', `/models/${name}`, props.settings.stage),
      this.api.arnForExecuteApi('POST', `/models/${name}/*`, props.settings.stage),
    ];
    const policy = new ManagedPolicy(this, 'ClientPolicy', {
      description: `Calling the API of ${name}`,
      statements: [new PolicyStatement({ actions: ['execute-api:Invoke'], resources })],
    });
    acknowledge(
      policy,
      `AwsSolutions-IAM5[Resource::${render(this, resources[1]!)}]`,
      'Predictions and outcomes of this one model: everything that can be posted to it.',
    );
    return policy;
  }

  private acknowledgeFindings(): void {
    acknowledge(
      this.api.deploymentStage,
      'AwsSolutions-APIG3',
      'Every call is authorised by IAM before it is looked at, and throttled; a web ACL is the choice of the account.',
    );
    acknowledge(
      this.api.deploymentStage,
      'AwsSolutions-APIG6',
      'The access log has every request; an execution log would copy bodies with personal data into a group that no stack owns.',
    );
  }
}
