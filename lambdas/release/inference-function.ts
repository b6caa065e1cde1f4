import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  PublishVersionCommand,
  paginateListVersionsByFunction,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdated,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import { CoalmineError, type ErrorName } from '../../contracts/errors.ts';
import type { FeatureRow } from '../../contracts/features.ts';
import type { ScoreRequest, ScoreResponse } from '../../contracts/prediction.ts';

/** The inference function that the release machine publishes versions of. */
export interface InferenceFunction {
  readonly name: string;
  /** The Lambda version published for a release, if there is one. */
  published(release: string): Promise<string | undefined>;
  /**
   * Lays `sealed` over the environment of `$LATEST`, the other variables kept, and publishes it.
   * @returns the Lambda version; an existing one when neither code nor configuration has changed since it
   */
  publish(release: string, sealed: Readonly<Record<string, string>>): Promise<string>;
  /** @throws FunctionFailed saying what the function answered, when it failed or crashed */
  score(lambdaVersion: string, rows: readonly FeatureRow[]): Promise<ScoreResponse>;
}

/** The function crashed, or answered with an error. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
}
const ARTIFACT_UNREADABLE = 'ArtifactUnreadable' satisfies ErrorName;

/** An update takes seconds; the step's own time-out is longer. Delays in seconds. */
const WAIT = { maxWaitTime: 120, minDelay: 1, maxDelay: 5 } as const;

export function createInferenceFunction(client: LambdaClient, name: string): InferenceFunction {
  return {
    name,
    async published(release) {
      for await (const page of paginateListVersionsByFunction({ client }, { FunctionName: name }))
        for (const v of page.Versions ?? [])
          if (v.Version !== '$LATEST' && v.Description === release) return v.Version;
      return undefined;
    },
    async publish(release, sealed) {
      const latest = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      await client.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: name,
          Environment: { Variables: { ...latest.Environment?.Variables, ...sealed } },
          // A deployment in between would be undone here: the guard makes it an error that is tried again.
          RevisionId: latest.RevisionId,
        }),
      );
      await waitUntilFunctionUpdated({ client, ...WAIT }, { FunctionName: name });
      const updated = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      for (const [k, v] of Object.entries(sealed))
        if (updated.Environment?.Variables?.[k] !== v)
          throw new Error(`${k} of ${name} was changed by somebody else while it was being sealed`);
      const { Version } = await client.send(
        new PublishVersionCommand({
          FunctionName: name,
          Description: release,
          CodeSha256: updated.CodeSha256,
          RevisionId: updated.RevisionId,
        }),
      );
      if (!Version) throw new Error(`publishing ${name} gave no version`);
      await waitUntilPublishedVersionActive({ client, ...WAIT }, { FunctionName: name, Qualifier: Version });
      return Version;
    },
    async score(lambdaVersion, rows) {
      const request: ScoreRequest = { kind: 'score', rows: rows.map((r) => ({ ...r })) };
      const answer = await client.send(
        new InvokeCommand({
          FunctionName: name,
          Qualifier: lambdaVersion,
          Payload: Buffer.from(JSON.stringify(request)),
        }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString('utf8');
      if (answer.FunctionError) throw failure(answer.FunctionError, text);
      return JSON.parse(text) as ScoreResponse;
    },
  };
}

/**
 * What a function error's payload tells.
 * @returns ArtifactUnreadable, which is not the version's fault, when the function says that of itself
 */
function failure(functionError: string, payload: string): Error {
  let told: Record<string, string> = {};
  try {
    told = JSON.parse(payload);
  } catch {
    // A process that died leaves no JSON.
  }
  const { errorType, errorMessage } = told;
  const said = [errorType, errorMessage].filter(Boolean).join(': ') || payload.slice(0, 500);
  if (errorType === ARTIFACT_UNREADABLE) return new CoalmineError(ARTIFACT_UNREADABLE, said);
  return new FunctionFailed(`${functionError}: ${said}`);
}
