import { AwsError, type Cloud } from '../../types.ts';
import { arnOf } from '../common.ts';
import { contextOf, type Identity } from './context.ts';
import { type Exchange, Refused, refuse } from './exchange.ts';
import type { ThrottleLimits } from './records.ts';
import { settingOf } from './settings.ts';
import { verify } from './signature.ts';
import type { ApiStore } from './store.ts';
import { Quotas, Throttle } from './throttle.ts';

/** Default limits of an account in a region (API Gateway quotas). */
const ACCOUNT_LIMITS: ThrottleLimits = { rate: 10_000, burst: 5_000 };

/** Decides who may pass: identity, permission, key and limits. */
export class Admission {
  readonly #cloud: Cloud;
  readonly #store: ApiStore;
  readonly #throttle = new Throttle();
  readonly #quotas = new Quotas();

  constructor(cloud: Cloud, store: ApiStore) {
    this.#cloud = cloud;
    this.#store = store;
  }

  /** Returns the identity that passed. @throws Refused */
  admit(x: Exchange, identity: Identity): Identity {
    const known = this.#authorize(x, identity);
    this.#client(x);
    this.#limit(x);
    return known;
  }

  #authorize(x: Exchange, identity: Identity): Identity {
    const { method } = x.match;
    if (method.authorization === 'NONE') return identity;
    let known = identity;
    if (!known.caller) {
      const verdict = verify(this.#cloud, {
        method: x.request.method,
        rawPath: x.request.signedPath ?? `/${x.stage.name}${x.request.path}`,
        rawQuery: x.request.rawQuery ?? '',
        headers: x.headers,
        body: x.body,
      });
      if ('refused' in verdict) return refuse(verdict.refused, verdict.message);
      known = { ...identity, ...verdict };
      Object.assign(x.context, contextOf(this.#cloud, x.api, x.stage, x.asked, known));
    }
    const resource = arnOf(
      this.#cloud,
      'execute-api',
      `${x.api.id}/${x.stage.name}/${x.asked.method}${x.asked.path}`,
    );
    try {
      this.#cloud.authorize(known.caller!, [{ action: 'execute-api:Invoke', resource }]);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refuse('ACCESS_DENIED', error.message);
    }
    return known;
  }

  /** Key and limits of the client, where the method asks for a key. */
  #client({ api, stage, match, headers }: Exchange): void {
    if (!match.method.apiKeyRequired) return;
    const key = this.#store.keyByValue(headers['x-api-key'] ?? '');
    const plan = key?.enabled ? this.#store.planOf(key, api.id, stage.name) : undefined;
    if (!key || !plan) throw new Refused({ type: 'INVALID_API_KEY', message: 'Forbidden' });
    const now = this.#cloud.clock.now();
    const name = `${match.method.resourcePath}/${match.method.httpMethod}`;
    const ofMethod = plan.stages.get(`${api.id}/${stage.name}`)?.get(name);
    const limits = ofMethod ?? plan.throttle;
    if (limits && !this.#throttle.take(`key ${key.id} ${plan.id} ${ofMethod ? name : ''}`, limits, now))
      refuse('THROTTLED', 'Too Many Requests');
    if (plan.quota && !this.#quotas.take(`${key.id} ${plan.id}`, plan.quota, now))
      refuse('QUOTA_EXCEEDED', 'Limit Exceeded');
  }

  #limit({ api, stage, match }: Exchange): void {
    const now = this.#cloud.clock.now();
    const { httpMethod, resourcePath } = match.method;
    const own = settingOf(stage, match.method)?.throttle;
    if (own && !this.#throttle.take(`${api.id}/${stage.name}/${httpMethod}${resourcePath}`, own, now))
      refuse('THROTTLED', 'Too Many Requests');
    if (!this.#throttle.take('account', ACCOUNT_LIMITS, now)) refuse('THROTTLED', 'Too Many Requests');
  }
}
