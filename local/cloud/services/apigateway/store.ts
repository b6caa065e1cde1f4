import { AwsError, type Randomness } from '../../types.ts';
import type { Api, ApiKey, UsagePlan } from './records.ts';

/** The REST APIs of the account, its clients' keys and plans, and the role that writes access logs. */
export class ApiStore {
  readonly apis = new Map<string, Api>();
  readonly keys = new Map<string, ApiKey>();
  readonly plans = new Map<string, UsagePlan>();
  /** Role of AWS::ApiGateway::Account. */
  logRole: string | undefined;
  readonly #random: Randomness;

  constructor(random: Randomness) {
    this.#random = random;
  }

  /** Identifier as API Gateway makes them: ten lower-case letters and digits. */
  id(): string {
    return this.#random.hex(10);
  }

  /** @throws AwsError NotFoundException */
  api(id: string): Api {
    return found(this.apis.get(id), 'REST API', id);
  }

  /** @throws AwsError NotFoundException */
  plan(id: string): UsagePlan {
    return found(this.plans.get(id), 'usage plan', id);
  }

  keyByValue(value: string): ApiKey | undefined {
    for (const key of this.keys.values()) if (key.value === value) return key;
    return undefined;
  }

  /** The plan that gives a key access to a stage. */
  planOf(key: ApiKey, apiId: string, stage: string): UsagePlan | undefined {
    for (const plan of this.plans.values())
      if (plan.keys.has(key.id) && plan.stages.has(`${apiId}/${stage}`)) return plan;
    return undefined;
  }
}

/** @throws AwsError NotFoundException if there is nothing */
export function found<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined)
    throw new AwsError('NotFoundException', `Invalid ${what} identifier specified: ${id}`, 404);
  return value;
}
