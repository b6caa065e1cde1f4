import type { FleetLimits } from '../../../local/cloud/services/lambda/fleet.ts';
import { createLambda } from '../../../local/cloud/services/lambda/index.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { fakeCloud, functionOf } from './fake-cloud.ts';

export const ROOT = { kind: 'root' } as const;

/** A cloud with one function `fn`, and the way to call Lambda. */
export async function startLambda(
  code: string,
  more: { readonly fn?: Shape; readonly limits?: FleetLimits } = {},
) {
  const cloud = fakeCloud();
  const lambda = createLambda(more.limits);
  await cloud.add(lambda);
  await functionOf(cloud, code, more.fn);
  const call = (operation: string, input: Shape = {}) =>
    cloud.call(ROOT, 'lambda', operation, { FunctionName: 'fn', ...input });
  const invoke = async (payload: unknown = {}, input: Shape = {}) => {
    const out = await call('Invoke', { Payload: JSON.stringify(payload), ...input });
    return { ...out, answer: out.Payload && JSON.parse(out.Payload.toString()) };
  };
  return { cloud, lambda, call, invoke };
}
