import { randomUUID } from 'node:crypto';
import type { FeatureRow } from '../../contracts/features.ts';
import { createOutput } from '../inference/output.ts';
import { createPredictor } from '../inference/predict.ts';
import { createService } from '../inference/service.ts';
import { hashEntity } from '../shared/features/entity.ts';
import { compileSpec, type FeatureSpec } from '../shared/features/parse.ts';
import type { Model } from '../shared/model.ts';
import type { LoadedModel } from '../shared/onnx/load.ts';

/** Single predictions that the latency gate times. */
export const LATENCY_ROWS = 100;

/**
 * The raw request of a parsed row. What on-demand features read is not in a golden set; it is sent as missing, the event
 * time as an instant, so that the same code runs.
 */
function request(spec: FeatureSpec, row: FeatureRow, eventTime: string): Record<string, unknown> {
  return Object.fromEntries(
    spec.columns.map((c) => [c, row[c] ?? (c === eventTime ? '2000-01-01T00:00:00.000Z' : null)]),
  );
}

/**
 * Times single predictions through the inference handler itself, request to answer, with the prediction log written to
 * nowhere. Rows that the handler refuses (an on-demand feature that must not be missing) are asked as score requests.
 * This is the one place where evaluation knows inference: any other measurement would be of something that does not serve.
 * @param elapsed milliseconds, monotonic
 * @returns milliseconds of each, in order; the first ones warm up and are not among them
 */
export async function timePredictions(
  { definition, features }: Model,
  loaded: LoadedModel,
  rows: readonly FeatureRow[],
  elapsed: () => number,
): Promise<number[]> {
  if (rows.length === 0) return [];
  const spec = compileSpec(definition, features);
  const sealed = { version: 1, run: 'evaluation', slot: 'blue', artifact: {} } as const;
  const output = createOutput(definition.name, sealed, hashEntity);
  const serving = { sealed, predictor: createPredictor(spec, loaded), output };
  const service = createService(definition.name, serving, {
    write: () => {},
    now: () => new Date(0),
    elapsed,
    newId: randomUUID,
  });
  const times: number[] = [];
  const warmUp = 10;
  for (let i = -warmUp; i < LATENCY_ROWS; i++) {
    const row = rows[(i + warmUp) % rows.length]!;
    const event = {
      httpMethod: 'POST',
      path: `/models/${definition.name}/predictions`,
      body: JSON.stringify({ entity: 'evaluation', features: request(spec, row, definition.eventTime) }),
    };
    let started = elapsed();
    const answer = await service(event);
    if (!('statusCode' in answer) || answer.statusCode !== 200) {
      started = elapsed();
      await service({ kind: 'score', rows: [row] });
    }
    if (i >= 0) times.push(elapsed() - started);
  }
  return times;
}
