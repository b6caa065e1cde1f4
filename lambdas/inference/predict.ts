import type { Signature } from '../../contracts/artifact.ts';
import type { FeatureRow } from '../../contracts/features.ts';
import { compileEncoder } from '../shared/features/encode.ts';
import { type FeatureSpec, parseRecord } from '../shared/features/parse.ts';
import type { LoadedModel } from '../shared/onnx/load.ts';
import { columnCheck, field, refuse } from './envelope.ts';

export interface Prediction {
  readonly row: FeatureRow;
  readonly score: number;
  /** A default or the unseen category stood in for a value. */
  readonly degraded: boolean;
}

/** From raw values and from parsed rows to scores. */
export interface Predictor {
  readonly signature: Signature;
  /** @throws ProblemError 400 naming every field that is wrong; Error when the model fails */
  predict(raw: Record<string, unknown>): Promise<Prediction>;
  /** Scores of parsed rows. @throws Error when the model fails */
  scoreRows(rows: readonly FeatureRow[]): Promise<number[]>;
}

const finite = (score: number | undefined): number => {
  if (score === undefined || !Number.isFinite(score)) throw new Error(`the model answered ${score}`);
  return score;
};

export function createPredictor(spec: FeatureSpec, { signature, scorer }: LoadedModel): Predictor {
  const encode = compileEncoder(signature);
  const missingOrUnknown = columnCheck(spec);
  return {
    signature,
    predict: async (raw) => {
      const wrong = missingOrUnknown(raw);
      const parsed = parseRecord(spec, raw);
      if (!parsed.ok || wrong.length > 0) {
        const issues = parsed.ok ? [] : parsed.issues;
        const named = new Set(wrong.map((w) => w.field));
        const values = issues
          .map(({ field: name, expected, got }) => ({ field: field(name), expected, got }))
          .filter((v) => !named.has(v.field));
        throw refuse([...wrong, ...values]);
      }
      const vector = new Float32Array(scorer.width);
      const unseen = encode(parsed.row, vector, 0);
      const score = finite((await scorer.score(vector, 1))[0]);
      return { row: parsed.row, score, degraded: parsed.degraded || unseen > 0 };
    },
    scoreRows: async (rows) => {
      const vectors = new Float32Array(rows.length * scorer.width);
      rows.forEach((row, i) => {
        encode(row, vectors, i * scorer.width);
      });
      const scores = await scorer.score(vectors, rows.length);
      return rows.map((_, i) => finite(scores[i]));
    },
  };
}
