import { notFound } from '../../cli/errors.ts';
import type { Execution, Platform, Terminal } from '../../cli/platform.ts';
import { runProgram } from '../../cli/program.ts';
import type { Stage } from '../../contracts/names.ts';
import { registryKeys } from '../../contracts/registry.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import {
  beginRelease,
  releaseApproved,
  releaseEntered,
  releasePrepared,
  releasePromoted,
  releaseShifted,
} from '../../lambdas/registry/transitions.ts';
import { versionItem } from '../registry/fixtures.ts';
import { memoryTable } from '../registry/memory-table.ts';

export const signature = (...names: string[]) => ({
  features: names.map((name) => ({ name, kind: 'numeric' })),
});

/** A platform with one model, `fraud`, whose registry is in memory; its clock goes on an hour each step. */
export function world(stage: Stage = 'dev') {
  const table = memoryTable();
  let hour = 0;
  const now = () => new Date(Date.UTC(2026, 10, 16, hour));
  const store = createStore(table, 'fraud', now);
  const started: { machine: string; input: object }[] = [];
  const executions: Execution[] = [{ status: 'SUCCEEDED', output: {}, error: null, cause: null }];
  const artifacts = new Map<string, unknown>();
  const platform: Platform = {
    stage,
    models: ['fraud'],
    registry(model) {
      if (model !== 'fraud') throw notFound(`no model '${model}'`);
      return store;
    },
    artifact: async (key) => artifacts.get(key) ?? signature('a'),
    async start(_model, machine, input) {
      started.push({ machine, input });
      return `arn:${machine}`;
    },
    execution: async () => (executions.length > 1 ? executions.shift()! : executions[0]!),
    caller: async () => 'arn:ada',
  };
  const addVersion = (n: number, more: Parameters<typeof versionItem>[1] = {}) =>
    table.items.set(registryKeys.version(n), versionItem(n, more));
  /** Releases a version step by step: begun, prepared, (approved,) 50 %, 100 %, promoted, an hour each. */
  const release = async (version: number, approver?: string) => {
    const id = `r${version}`;
    const author = { by: 'arn:grace', reason: `release ${version}` };
    const at = () => now().toISOString();
    const steps = [
      () => beginRelease({ id, execution: `arn:${id}`, version, now: at() }),
      () => releasePrepared(id, String(version)),
      ...(approver ? [() => releaseEntered(id, 'awaiting-approval', at())] : []),
      ...(approver ? [() => releaseApproved(id)] : []),
      () => releaseShifted(id, 50, at()),
      () => releaseShifted(id, 100, at()),
      () => releasePromoted(id, '2026-12-01T00:00:00.000Z'),
    ];
    for (const step of steps) {
      const transition = step();
      const approving = approver && (await store.pointers()).release?.state === 'awaiting-approval';
      await store.change(approving ? { by: approver, reason: 'looks good' } : author, transition);
      hour++;
    }
  };
  return { table, store, platform, started, executions, artifacts, addVersion, release, now };
}

/** What a command line says. */
export async function type(platform: Platform, args: string, answer?: string) {
  const out: string[] = [];
  const notes: string[] = [];
  const asked: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    interactive: answer !== undefined,
    ask: async (question) => {
      asked.push(question);
      return answer ?? '';
    },
    sleep: async () => {},
  };
  const code = await runProgram(args.split(' '), { connect: async () => platform, terminal });
  return { code, out: out.join('\n'), notes: notes.join('\n'), asked };
}
