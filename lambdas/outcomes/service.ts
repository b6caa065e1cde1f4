import { type OutcomeLine, type OutcomeRequest, outcomeRequestSchema } from '../../contracts/prediction.ts';
import { type FieldError, type HttpAnswer, ProblemError, problem, shown } from '../shared/http/problem.ts';
import { type ApiEvent, jsonBody, route } from '../shared/http/request.ts';

/** What the service does to the world. */
export interface Effects {
  /** Writes text to stdout, from where the subscription of the log group carries it on. */
  readonly write: (text: string) => void;
  readonly now: () => Date;
}

const EXPECTED: Readonly<Record<string, string>> = {
  predictionId: 'the id of a prediction, a text of 1 to 128 characters',
  label: '0 or 1',
  at: 'the time the outcome became known, ISO 8601 in UTC, or absent for now',
};

function readOutcome(body: Record<string, unknown>): OutcomeRequest {
  const parsed = outcomeRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.flatMap((i) =>
    i.code === 'unrecognized_keys' ? i.keys : [String(i.path[0])],
  );
  const errors: FieldError[] = [...new Set(names)].map((field) => ({
    field,
    expected: EXPECTED[field] ?? `absent: the fields are ${Object.keys(EXPECTED).join(', ')}`,
    got: shown(body[field]),
  }));
  throw new ProblemError(problem(400, `${errors[0]!.field} must be ${errors[0]!.expected}`, { errors }));
}

/**
 * Takes outcomes. Accepting one is writing one line; whether its prediction exists is found out where both logs are
 * joined, which takes the last outcome of a prediction, so that sending one twice or correcting it does no harm.
 */
export function createService(model: string, effects: Effects) {
  return async (event: ApiEvent): Promise<HttpAnswer> => {
    try {
      route(event, model, { outcomes: 'POST' });
      const outcome = readOutcome(jsonBody(event));
      const at = outcome.at ?? effects.now().toISOString();
      const accepted = { predictionId: outcome.predictionId, model, at, label: outcome.label };
      const line: OutcomeLine = { event: 'outcome', ...accepted };
      effects.write(`${JSON.stringify(line)}\n`);
      return {
        statusCode: 202,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(accepted),
      };
    } catch (e) {
      if (e instanceof ProblemError) return e.answer;
      throw e;
    }
  };
}
