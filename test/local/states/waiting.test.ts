import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { abortable } from '../../../local/cloud/services/states/waiting.ts';

it('what fails after it was given up is heard by nobody', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => void unheard.push(reason);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  const stopped = AbortSignal.abort(new Error('stopped'));
  const fails = setImmediate().then(() => Promise.reject(new Error('too late')));
  await expect(abortable(fails, stopped)).rejects.toThrow('stopped');
  await setImmediate();
  await setImmediate();
  expect(unheard).toEqual([]);
});
