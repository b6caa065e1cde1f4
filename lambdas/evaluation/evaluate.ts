import type { GoldenScores, SealedFile, Signature } from '../../contracts/artifact.ts';
import type { Baseline, DatasetManifest } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { LoadedModel } from '../shared/onnx/load.ts';
import { numericBaseline } from '../shared/statistics/numeric-baseline.ts';
import { type Assessments, assess, flatMetrics } from './assess.ts';
import { openCandidate } from './candidate.ts';
import { cardJson, cardMarkdown } from './card.ts';
import { type GateResult, runGates } from './gates.ts';
import { scoreForeignVectors, scoreRows, scoreVectors } from './scoring.ts';
import { chooseSmokeRows } from './smoke-rows.ts';
import type { GoldenSet, VectorSet } from './tables.ts';
import type { TrainedFiles } from './unpack.ts';

/** Everything that an evaluation looks at. */
export interface Evidence {
  readonly definition: ModelDefinition;
  readonly run: string;
  readonly trained: TrainedFiles;
  readonly dataset: {
    readonly manifest: DatasetManifest;
    readonly baseline: Baseline;
    readonly signature: Signature;
  };
  readonly goldenVersion: string;
  readonly golden: GoldenSet;
  readonly validation: VectorSet;
  readonly champion: { readonly version: number; readonly model: LoadedModel } | null;
}

export interface Evaluation {
  readonly passed: boolean;
  /** One sentence for each gate that failed. */
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly gates: readonly GateResult[];
  readonly champion: number | null;
  /** Contents of the artifact, by file. */
  readonly files: Readonly<Record<SealedFile, Buffer>>;
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/** Candidate's smoke rows with the scores that a release will ask for again. */
function goldenScores({ goldenVersion, golden }: Evidence, scores: Float64Array): GoldenScores {
  const rows = chooseSmokeRows(golden.labels).map((i) => ({ features: golden.rows[i]!, score: scores[i]! }));
  return { goldenVersion, rows };
}

async function assessChampion(evidence: Evidence): Promise<Assessments | null> {
  const { champion, golden, validation, dataset } = evidence;
  if (!champion) return null;
  const scores = await scoreForeignVectors(champion.model, validation, dataset.signature);
  return {
    golden: assess(golden.labels, await scoreRows(champion.model, golden.rows)),
    validation: assess(validation.labels, scores),
  };
}

/**
 * Scores candidate and champion on the same rows, runs the gates and makes the files of the artifact. Depends on its
 * evidence alone: the same evidence gives the same bytes.
 * @throws CoalmineError ArtifactInvalid when the candidate breaks its contract
 */
export async function evaluate(evidence: Evidence): Promise<Evaluation> {
  const { definition, run, trained, dataset, golden, validation, goldenVersion } = evidence;
  const candidate = await openCandidate(trained, dataset.signature);
  const scores = {
    golden: await scoreRows(candidate, golden.rows),
    validation: await scoreVectors(candidate, validation),
  };
  const ours: Assessments = {
    golden: assess(golden.labels, scores.golden),
    validation: assess(validation.labels, scores.validation),
  };
  const theirs = await assessChampion(evidence);
  const metrics = flatMetrics(ours, theirs);
  const gates = runGates(definition.gates, ours, theirs);
  const reasons = gates.filter((g) => !g.passed).map((g) => g.detail);
  const champion = evidence.champion?.version ?? null;
  const { training, environment } = candidate;
  const { manifest } = dataset;
  const facts = { definition, run, goldenVersion, manifest, training, environment, metrics, gates, champion };
  const files = {
    ...trained,
    'baseline.json': json({
      ...dataset.baseline,
      score: numericBaseline(Float32Array.from(scores.validation)),
    }),
    'golden-scores.json': json(goldenScores(evidence, scores.golden)),
    'card.json': json(cardJson(facts)),
    'card.md': Buffer.from(cardMarkdown(facts)),
  };
  return { passed: reasons.length === 0, reasons, metrics, gates, champion, files };
}
