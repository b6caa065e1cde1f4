import { StateError } from '../errors.ts';
import type { TaskCall } from '../runtime.ts';
import { type Arguments, argumentsOf, callService, errorNamer, type Integration } from './integration.ts';

const name = errorNamer('Lambda', 'AWSLambdaException');

const textOf = (payload: unknown): string => {
  if (payload === undefined || payload === null) return '';
  if (typeof payload === 'string') return payload;
  return payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : JSON.stringify(payload);
};
function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * A function's error under the name that its runtime gave it (`errorType`), its whole payload as the cause. A time-out
 * is `Sandbox.Timedout` and a crash `Runtime.ExitError`; what names nothing is `Lambda.Unknown`.
 */
function functionError(text: string): StateError {
  const payload = parsed(text) as { errorType?: unknown; errorMessage?: unknown } | null;
  const type = payload && typeof payload === 'object' ? payload.errorType : undefined;
  return new StateError(typeof type === 'string' && type !== '' ? type : 'Lambda.Unknown', text);
}

async function invoke(args: Arguments, call: TaskCall): Promise<Record<string, unknown>> {
  const { Payload, ...rest } = args;
  const body = Buffer.from(JSON.stringify(Payload ?? {}));
  const answer = await callService(call, 'lambda', 'Invoke', { ...rest, Payload: body }, name);
  const text = textOf(answer['Payload']);
  if (answer['FunctionError'] !== undefined) throw functionError(text);
  return {
    ExecutedVersion: answer['ExecutedVersion'] ?? '$LATEST',
    Payload: parsed(text),
    StatusCode: answer['StatusCode'] ?? 200,
  };
}

/** `arn:aws:states:::lambda:invoke` (and `.waitForTaskToken`): the answer with its status. */
export const lambdaInvoke = (callback: boolean): Integration => ({
  resourceType: 'lambda',
  resource: callback ? 'invoke.waitForTaskToken' : 'invoke',
  callback,
  run: (args, call) => invoke(argumentsOf(args), call),
});

/** A function's own ARN as resource: the payload alone. */
export const lambdaDirect = (arn: string): Integration => ({
  resourceType: 'lambda',
  resource: arn,
  callback: false,
  run: async (args, call) => (await invoke({ FunctionName: arn, Payload: args }, call))['Payload'],
});
