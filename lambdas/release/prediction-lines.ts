import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Slot } from '../../contracts/names.ts';
import { type PredictionLine, predictionLineSchema } from '../../contracts/prediction.ts';

export interface LineQuery {
  readonly slot: Slot;
  /** Model version that answered. */
  readonly version: number;
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
}
/** The predictions that a slot has logged, oldest first. */
export interface PredictionLines {
  read(query: LineQuery): Promise<PredictionLine[]>;
}

/** Pages that one read looks at: FilterLogEvents searches about 1 MB a page and may return empty ones. */
const MAX_PAGES = 50;

export const createPredictionLines = (
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroupName: string,
): PredictionLines => ({
  async read({ slot, version, from, to, limit }) {
    const lines: PredictionLine[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES && lines.length < limit; page++) {
      const answer = await client.send(
        new FilterLogEventsCommand({
          logGroupName,
          startTime: from.getTime(),
          endTime: to.getTime(),
          filterPattern: `{ $.event = "prediction" && $.slot = "${slot}" && $.version = ${version} }`,
          nextToken,
        }),
      );
      for (const e of answer.events ?? []) {
        const line = parseLine(e.message ?? '');
        if (line) lines.push(line);
      }
      nextToken = answer.nextToken;
      if (!nextToken) break;
    }
    return lines.slice(0, limit);
  },
});

/** A log message as a prediction line; undefined for one that was cut or is something else. */
export function parseLine(message: string): PredictionLine | undefined {
  try {
    return predictionLineSchema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}
