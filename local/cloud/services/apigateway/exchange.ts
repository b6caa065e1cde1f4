import type { Caller } from '../../types.ts';
import type { Asked } from './context.ts';
import type { Api, Stage } from './records.ts';
import type { GatewayError } from './responses.ts';
import type { Match } from './routing.ts';

/** A request to a stage. */
export interface StageRequest {
  readonly apiId: string;
  readonly stage: string;
  readonly method: string;
  /** Encoded, without stage and query, e.g. `/models/fraud/predictions`. */
  readonly path: string;
  /** Without `?`. */
  readonly rawQuery?: string;
  /** As sent, by any spelling of the name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Who calls, in process: stands in for the signature, which is then not asked for. */
  readonly caller?: Caller;
  /** Path as it was signed, where it is not stage and path. */
  readonly signedPath?: string;
  readonly sourceIp?: string;
}

/** Everything that is known of a request while it is answered. */
export interface Exchange {
  readonly api: Api;
  readonly stage: Stage;
  readonly request: StageRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly match: Match;
  readonly asked: Asked;
  readonly context: Record<string, string>;
}

/** Ends the way of a request; a gateway response answers it. */
export class Refused extends Error {
  readonly error: GatewayError;
  constructor(error: GatewayError) {
    super(error.message);
    this.error = error;
  }
}
export const refuse = (
  type: GatewayError['type'],
  message: string,
  more: Partial<GatewayError> = {},
): never => {
  throw new Refused({ type, message, ...more });
};
