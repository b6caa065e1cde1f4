import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { expect, onTestFinished } from 'vitest';
import { type BudgetItem, budgetItemSchema } from '../../../contracts/budget.ts';
import type { DomainEventType } from '../../../contracts/events.ts';
import {
  type RunItem,
  registryKeys,
  runItemSchema,
  type VersionItem,
  versionItemSchema,
} from '../../../contracts/registry.ts';
import { startCloud } from '../../../local/cloud/cloud.ts';
import type { Fault, Target } from '../../../local/cloud/faults.ts';
import type { IamService } from '../../../local/cloud/services/iam.ts';
import { SERVICES } from '../../../local/cloud/services/index.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { definitionOf } from '../../../local/rehearsal/definition.ts';
import { Rehearsal } from '../../../local/rehearsal/rehearsal.ts';
import { expectChampion, firstChampion } from '../../../local/scenarios/acts.ts';
import { SUNDAY } from '../../../local/scenarios/fraud-stage.ts';
import { createFraudWorld, season } from '../../../local/traffic/fraud/world.ts';
import { HOUR } from '../../../local/traffic/types.ts';
import { cachedAssembly } from './assembly.ts';

/** Just enough for the fewest golden rows a class that the definition of fraud asks for. */
const ROWS_PER_DAY = 1150;
const HISTORY_DAYS = 56;
/** Requests an hour, day and night: at 10 % the judge has its 100 samples after one hold. */
const REQUESTS_PER_HOUR = 1300;
/** Virtual time that any execution may take here: less than what is left until Wednesday's own retrain. */
const PATIENCE = 12 * HOUR;

export type MachineName = 'Retrain' | 'Release' | 'Rollback';

/** How an execution ended. */
export interface Ended {
  readonly arn: string;
  readonly name: string;
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** The model fraud in a local cloud, on Sunday 1 November 2026 at 00:00 UTC, and what tests of faults do with it. */
export class FaultStage {
  readonly r: Rehearsal;
  readonly #dir: string;

  constructor(r: Rehearsal, dir: string) {
    this.r = r;
    this.#dir = dir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.r.running.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Number of events so far: where {@link since} begins to look. */
  get mark(): number {
    return this.r.journal.entries.length;
  }

  /** Types of the events since a mark, in order; only those asked for, if any are. */
  since(mark: number, ...types: readonly DomainEventType[]): DomainEventType[] {
    const all = this.r.journal.entries.slice(mark).map((e) => e.type);
    return types.length === 0 ? all : all.filter((t) => types.includes(t));
  }

  /** Starts an execution; with a name, as who repeats a request would. */
  async start(machine: MachineName, input: object, name?: string): Promise<string> {
    const answer = await this.r.call('states', 'StartExecution', {
      stateMachineArn: this.r.outputs[`${machine}MachineArn`],
      input: JSON.stringify(input),
      name,
    });
    return answer.executionArn as string;
  }

  async describe(arn: string): Promise<Ended> {
    const e = await this.r.call('states', 'DescribeExecution', { executionArn: arn });
    return { arn, name: e.name, status: e.status, error: e.error, cause: e.cause };
  }

  /** Lets time pass until executions have ended. */
  async ended(...arns: readonly string[]): Promise<Ended[]> {
    const states = this.r.running.cloud.service<Shape>('states');
    let open = arns.length;
    for (const arn of arns) void states.ended(arn).then(() => open--);
    const done = await this.r.running.cloud.clock.advanceUntil(() => open === 0, this.r.now + PATIENCE);
    const ended = await Promise.all(arns.map((arn) => this.describe(arn)));
    expect(done, `still running: ${JSON.stringify(ended)}`).toBe(true);
    return ended;
  }

  async run(machine: MachineName, input: object, name?: string): Promise<Ended> {
    const [ended] = await this.ended(await this.start(machine, input, name));
    return ended!;
  }

  /** Name of a function, by what its construct path has in it. */
  functionName(fragment: string): string {
    return this.r.running.find('AWS::Lambda::Function', fragment).ref;
  }

  /** Asks a function of ours directly, as an operator would. */
  async invoke(name: string, input: object): Promise<{ readonly failed: boolean; readonly payload: Shape }> {
    const Payload = Buffer.from(JSON.stringify(input));
    const answer = await this.r.call('lambda', 'Invoke', { FunctionName: name, Payload });
    const payload = JSON.parse(Buffer.from(answer.Payload).toString());
    return { failed: answer.FunctionError !== undefined, payload };
  }

  /** Names of the states that an execution has entered. */
  async visited(arn: string): Promise<string[]> {
    const { events } = await this.r.call('states', 'GetExecutionHistory', { executionArn: arn });
    return (events as Shape[]).flatMap((e) => e.stateEnteredEventDetails?.name ?? []);
  }

  /** Lets time pass until an execution is in a state. */
  async reached(arn: string, state: string): Promise<void> {
    const { clock } = this.r.running.cloud;
    for (let i = 0; i < 500; i++) {
      if ((await this.visited(arn)).at(-1) === state) return;
      const next = clock.nextAt();
      if (next === undefined) break;
      await clock.advanceTo(next);
    }
    expect.fail(`${arn} did not reach ${state}: ${await this.visited(arn)}`);
  }

  async versions(): Promise<VersionItem[]> {
    const items = await this.#items(registryKeys.versionPrefix);
    return items.map(({ pk: _pk, sk: _sk, ...item }) => versionItemSchema.parse(item));
  }

  async runs(): Promise<RunItem[]> {
    const items = await this.#items(registryKeys.runPrefix);
    return items.map((item) => runItemSchema.parse(item));
  }

  /** What training costs in a month, e.g. `2026-11`. */
  async budget(month: string): Promise<BudgetItem> {
    const [item] = await this.#items(registryKeys.budget(month));
    return budgetItemSchema.parse(item);
  }

  async #items(prefix: string): Promise<Record<string, unknown>[]> {
    const { Items } = await this.r.call('dynamodb', 'Query', {
      TableName: this.r.outputs.RegistryTableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: {
        ':pk': { S: registryKeys.pk('fraud') },
        ':sk': { S: prefix },
      },
    });
    return (Items as Shape[]).map((i) => unmarshall(i));
  }

  /**
   * What must hold whenever nothing runs: the champion serves alone, by registry and by alias; statuses of versions fit
   * the pointers; the events of the pointers have no gap; everything announced is as its contract says; and the local
   * cloud met nothing that it does not know.
   */
  async consistent(champion: number): Promise<void> {
    await expectChampion(this.r, champion);
    const pointers = await this.r.pointers();
    expect(pointers.candidate).toBeNull();
    expect(pointers.rollback).toBeNull();
    for (const { version, status } of await this.versions()) {
      const expected =
        version === champion ? 'champion' : version === pointers.previous ? 'previous' : undefined;
      if (expected) expect(status, `version ${version}`).toBe(expected);
      else
        expect(['registered', 'rejected', 'rolled-back', 'archived'], `version ${version}`).toContain(status);
    }
    const events = await this.#items(registryKeys.eventPrefix);
    expect(events.map((e) => e['revision'])).toEqual(events.map((_, i) => i + 1));
    expect(events).toHaveLength(pointers.revision);
    expect(this.r.journal.malformed).toEqual([]);
    expect(this.r.running.problems).toEqual([]);
  }
}

/** Calls made by the role of a function or state machine whose construct path has this in it. */
export const madeBy =
  (fragment: string) =>
  ({ caller }: Target): boolean =>
    caller.kind === 'role' && caller.roleArn.includes(fragment);

const SERVICES_CALLED = ['dynamodb', 's3', 'lambda', 'events', 'states', 'logs', 'monitoring'] as const;

/**
 * Strikes API calls by their number, whatever their service.
 * @param struck told the number of each call that `which` holds for, from 1
 * @returns how many calls there were so far, and the way to end the fault
 */
export function strikeCalls(
  stage: FaultStage,
  kind: Fault['kind'],
  which: (target: Target) => boolean,
  struck: (call: number) => boolean,
): { readonly calls: () => number; readonly heal: () => void } {
  let calls = 0;
  const match = (target: Target): boolean => which(target) && struck(++calls);
  const heals = SERVICES_CALLED.map((service) => stage.r.running.faults.inject({ kind, service, match }));
  return { calls: () => calls, heal: () => heals.forEach((heal) => void heal()) };
}

/** A stage with its history in the lake; the first champion serves, if one is asked for. */
export async function openStage({ seed = 1, champion = true } = {}): Promise<FaultStage> {
  const dir = mkdtempSync(join(tmpdir(), 'coalmine-faults-'));
  const running = await startCloud({
    assembly: await cachedAssembly(),
    start: new Date(SUNDAY),
    seed,
    dir,
    services: SERVICES,
  });
  const world = createFraudWorld({
    seed,
    start: SUNDAY,
    rowsPerDay: ROWS_PER_DAY,
    requestsPerHour: (at) => REQUESTS_PER_HOUR / season(at),
  });
  const silent = { entry: () => {}, note: () => {}, status: () => {} };
  const r = new Rehearsal({
    running,
    definition: await definitionOf('fraud'),
    world,
    terminal: silent,
    outcomeShare: 0,
  });
  r.fillLake(HISTORY_DAYS);
  // A small model is as good a patient as a large one.
  await r.registry({
    action: 'override-hyperparameters',
    hyperparameters: { num_round: 25, eta: 0.3, max_depth: 4 },
    by: 'test',
    reason: 'training takes less time',
  });
  if (champion) await firstChampion(r);
  return new FaultStage(r, dir);
}

/** A policy that denies an action to a role, put on it now; the returned function, and the end of the test, take it off. */
export function deny(stage: FaultStage, role: string, action: string): () => void {
  const { directory } = stage.r.running.cloud.service<IamService>('iam');
  const found = directory.roles().filter(({ name }) => name.includes(role));
  expect(found.map((r) => r.name)).toHaveLength(1);
  const document = { Statement: { Effect: 'Deny', Action: action, Resource: '*' } } as const;
  const heal = directory.attach(found[0]!.name, { name: 'denied-by-test', document: { ...document } });
  onTestFinished(heal);
  return heal;
}
