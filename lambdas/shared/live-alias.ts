import {
  GetAliasCommand,
  type LambdaClient,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { LIVE_ALIAS, SEALED_ENV } from '../../contracts/names.ts';
import type { Pointers } from '../../contracts/registry.ts';
import { isNamed } from './errors.ts';

/** Where the alias sends traffic: `main` gets what `candidate` does not. Both are published Lambda versions. */
export interface Target {
  readonly main: string;
  readonly candidate?: { readonly lambdaVersion: string; readonly percent: number };
}
export interface AliasState {
  readonly target: Target;
  readonly note: string;
  readonly revisionId: string;
}
/** The alias in front of the inference function. */
export interface LiveAlias {
  read(): Promise<AliasState>;
  /** @throws PreconditionFailedException when the alias changed since `revisionId` */
  write(target: Target, note: string, revisionId: string): Promise<void>;
  /** The published version that CloudFormation made, which has no model and answers 503. */
  initialVersion(): Promise<string>;
}

export function createLiveAlias(client: LambdaClient, functionName: string): LiveAlias {
  return {
    async read() {
      const a = await client.send(new GetAliasCommand({ FunctionName: functionName, Name: LIVE_ALIAS }));
      const weight = Object.entries(a.RoutingConfig?.AdditionalVersionWeights ?? {})[0];
      return {
        target: {
          main: a.FunctionVersion ?? '',
          ...(weight && { candidate: { lambdaVersion: weight[0], percent: weight[1] * 100 } }),
        },
        note: a.Description ?? '',
        revisionId: a.RevisionId ?? '',
      };
    },
    async write(target, note, revisionId) {
      const weights = target.candidate
        ? { [target.candidate.lambdaVersion]: target.candidate.percent / 100 }
        : {};
      await client.send(
        new UpdateAliasCommand({
          FunctionName: functionName,
          Name: LIVE_ALIAS,
          FunctionVersion: target.main,
          // An empty map, not a missing one: a missing one leaves the weights as they are.
          RoutingConfig: { AdditionalVersionWeights: weights },
          // The API takes 256 characters.
          Description: note.slice(0, 256),
          RevisionId: revisionId,
        }),
      );
    },
    async initialVersion() {
      let initial: string | undefined;
      for await (const page of paginateListVersionsByFunction({ client }, { FunctionName: functionName }))
        for (const v of page.Versions ?? [])
          if (v.Version !== '$LATEST' && !v.Environment?.Variables?.[SEALED_ENV.version]) initial = v.Version;
      if (!initial) throw new Error(`${functionName} has no published version without a model`);
      return initial;
    },
  };
}

const sameTarget = (a: Target, b: Target): boolean =>
  a.main === b.main &&
  a.candidate?.lambdaVersion === b.candidate?.lambdaVersion &&
  // Weights come back as binary fractions.
  Math.abs((a.candidate?.percent ?? 0) - (b.candidate?.percent ?? 0)) < 1e-6;

/**
 * Points the alias at `target`. `allowed` is asked after the alias was read and before it is written, and the write
 * holds only if nobody wrote in between: so who is no longer allowed cannot undo the work of who ended him. For that
 * to be true every owner must really write once, even where the target is already right; the note, which names the
 * owner, sees to it, because it changes the alias's revision.
 * @param allowed throws when the caller may not act any more
 */
export async function pointAlias(
  alias: LiveAlias,
  target: Target,
  note: string,
  allowed: () => Promise<unknown>,
): Promise<void> {
  // Who else writes is at most one release and one rollback.
  for (let attempt = 1; ; attempt++) {
    const state = await alias.read();
    await allowed();
    if (sameTarget(state.target, target) && state.note === note.slice(0, 256)) return;
    try {
      await alias.write(target, note, state.revisionId);
      return;
    } catch (e) {
      if (!isNamed(e, 'PreconditionFailedException') || attempt === 5) throw e;
    }
  }
}

/** The champion alone, or the version without a model when there is no champion. */
export async function championAlone(alias: LiveAlias, p: Pointers): Promise<Target> {
  const champion = p.championSlot && p.slots[p.championSlot];
  return { main: champion ? champion.lambdaVersion : await alias.initialVersion() };
}
