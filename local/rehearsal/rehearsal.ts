import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DomainEventType } from '../../contracts/events.ts';
import type { FeatureRow } from '../../contracts/features.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { keys, SEALED_ENV } from '../../contracts/names.ts';
import type { PredictionRequest, ScoreResponse } from '../../contracts/prediction.ts';
import { emptyPointers, type Pointers, pointersSchema, registryKeys } from '../../contracts/registry.ts';
import type { RunningCloud } from '../cloud/cloud.ts';
import type { ApiGatewayService } from '../cloud/services/apigateway/index.ts';
import type { EventsService, S3Service } from '../cloud/services/internal.ts';
import type { LambdaFault } from '../cloud/services/lambda/faults.ts';
import type { LambdaService } from '../cloud/services/lambda/index.ts';
import type { Caller, Shape } from '../cloud/types.ts';
import { DAY, type World } from '../traffic/types.ts';
import { ApiClient } from './api-client.ts';
import { type Entry, Journal } from './journal.ts';
import { type Outputs, outputsOf } from './stacks.ts';
import { stamp, type Terminal } from './terminal.ts';
import { Traffic } from './traffic.ts';
import { Unexpected } from './unexpected.ts';

/** The rehearsal itself: the administrator of the account. */
export const OPERATOR: Caller = { kind: 'root' };
/** Time of day at which the data lake has the day before. */
const LAKE_DELAY = 10 * 60_000;

export interface RehearsalOptions {
  readonly running: RunningCloud;
  readonly definition: ModelDefinition;
  readonly world: World;
  /** Where the timeline and the progress are shown. */
  readonly terminal: Pick<Terminal, 'entry' | 'note' | 'status'>;
  /** Share of predictions whose outcome is reported. @default 1 */
  readonly outcomeShare?: number;
}

/** The stage on which a scenario plays: one model in a running local cloud, a world around it, and an operator's verbs. */
export class Rehearsal {
  readonly running: RunningCloud;
  readonly definition: ModelDefinition;
  readonly outputs: Outputs;
  readonly journal: Journal;
  readonly client: ApiClient;
  readonly traffic: Traffic;
  readonly #world: World;
  readonly #terminal: RehearsalOptions['terminal'];

  constructor({ running, definition, world, terminal, outcomeShare }: RehearsalOptions) {
    const { cloud } = running;
    this.running = running;
    this.definition = definition;
    this.outputs = outputsOf(running, definition.name);
    this.#world = world;
    this.#terminal = terminal;
    this.journal = new Journal(() => cloud.clock.now(), terminal);
    cloud.service<EventsService>('events').onEvent((event) => this.journal.hear(event));
    const api = cloud.service<ApiGatewayService>('apigateway');
    this.client = new ApiClient(api, this.outputs.ApiUrl, definition.name, OPERATOR);
    this.traffic = new Traffic(world, this.client, cloud.clock, outcomeShare);
    this.traffic.onAnswer(() => this.#progress());
  }

  get now(): number {
    return this.running.cloud.clock.now();
  }

  note(text: string): void {
    this.journal.note(text);
  }

  /** Puts the raw data of `days` days before now, and from now on each day's at ten past midnight. */
  fillLake(days: number): void {
    const midnight = this.now - (this.now % DAY);
    for (let i = days; i >= 1; i--) this.#putPartition(midnight - i * DAY);
    this.#putTomorrow(midnight);
  }

  /** Lets virtual time pass to `at`. */
  async until(at: number): Promise<void> {
    await this.running.cloud.clock.advanceTo(at);
  }

  /**
   * Lets virtual time pass until an event of that type happens.
   * @param within virtual milliseconds
   * @throws Unexpected if it does not in time
   */
  async wait<T extends DomainEventType>(
    type: T,
    within: number,
    matches: (entry: Entry<T>) => boolean = () => true,
  ): Promise<Entry<T>> {
    const since = this.journal.entries.length;
    const limit = this.now + within;
    const found = (): Entry<T> | undefined => this.journal.of(type, since).find(matches);
    await this.running.cloud.clock.advanceUntil(() => found() !== undefined, limit);
    const entry = found();
    if (!entry) throw new Unexpected(`no ${type} by ${stamp(limit)}`);
    return entry;
  }

  /** Starts a state machine as the operator would; returns the execution's ARN. */
  async start(machine: 'Retrain' | 'Release' | 'Rollback', input: object): Promise<string> {
    const answer = await this.call('states', 'StartExecution', {
      stateMachineArn: this.outputs[`${machine}MachineArn`],
      input: JSON.stringify(input),
    });
    return answer.executionArn as string;
  }

  /** Calls the model's registry function. @throws Unexpected if it fails */
  registry(input: object): Promise<unknown> {
    return this.#invoke(this.outputs.RegistryFunctionName, input);
  }

  /** The pointers item of the registry. */
  async pointers(): Promise<Pointers> {
    const key = { pk: registryKeys.pk(this.definition.name), sk: registryKeys.pointers };
    const { Item } = await this.call('dynamodb', 'GetItem', {
      TableName: this.outputs.RegistryTableName,
      Key: marshall(key),
    });
    if (!Item) return emptyPointers(this.definition.name);
    const { pk: _pk, sk: _sk, ...item } = unmarshall(Item);
    return pointersSchema.parse(item);
  }

  /** A fault of the execution environments that run one version of the model; returns the way to end it. */
  strike(version: number, fault: Pick<LambdaFault, 'kind' | 'ms' | 'rate'>): () => void {
    return this.running.cloud.service<LambdaService>('lambda').inject({
      ...fault,
      functionName: this.outputs.InferenceFunctionName,
      match: (env) => env[SEALED_ENV.version] === String(version),
    });
  }

  /** What a published Lambda version says of parsed rows, asked directly. @throws Unexpected if it fails */
  async score(lambdaVersion: string, rows: readonly FeatureRow[]): Promise<readonly number[]> {
    const answer = await this.#invoke(
      this.outputs.InferenceFunctionName,
      { kind: 'score', rows },
      lambdaVersion,
    );
    return (answer as ScoreResponse).scores;
  }

  /** A request that the API takes: the world's next event. */
  example(): PredictionRequest {
    for (let from = this.now; ; from += DAY) {
      const [event] = this.#world.events(from, from + DAY);
      if (event) return { entity: event.entity, features: event.features };
    }
  }

  /** An API call of the operator. */
  call(service: string, operation: string, input: object): Promise<Shape> {
    return this.running.cloud.call(OPERATOR, service, operation, input);
  }

  async #invoke(functionName: string, input: object, qualifier?: string): Promise<unknown> {
    const answer = await this.call('lambda', 'Invoke', {
      FunctionName: functionName,
      Qualifier: qualifier,
      Payload: Buffer.from(JSON.stringify(input)),
    });
    const payload = Buffer.from(answer.Payload).toString();
    if (answer.FunctionError) throw new Unexpected(`the function ${functionName} failed: ${payload}`);
    return JSON.parse(payload);
  }

  #putPartition(day: number): void {
    const { date, file, body, rows } = this.#world.partition(day);
    if (rows === 0) return;
    const s3 = this.running.cloud.service<S3Service>('s3');
    s3.putBytes(this.outputs.RawBucketName, `${keys.rawPartition(this.definition.name, date)}${file}`, body);
  }

  #putTomorrow(today: number): void {
    this.running.cloud.clock.at(today + DAY + LAKE_DELAY, 'data lake', () => {
      this.#putPartition(today);
      this.#putTomorrow(today + DAY);
    });
  }

  #progress(): void {
    this.#terminal.status(
      () => `${stamp(this.now)} · ${this.traffic.sent.toLocaleString('en-US')} predictions`,
    );
  }
}
