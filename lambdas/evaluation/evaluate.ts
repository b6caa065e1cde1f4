import type { GoldenScores, SealedFile, Signature } from '../../contracts/artifact.ts';
import type { Baseline, DatasetManifest } from '../../contracts/dataset.ts';
import type { OnDemandFeatures } from '../../contracts/features.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { LoadedModel } from '../shared/onnx/load.ts';
import { numericBaseline } from '../shared/statistics/numeric-baseline.ts';
import { openCandidate } from './candidate.ts';
import { cardJson, cardMarkdown } from './card.ts';
import { cardFairness, cardGates, cardSlices } from './card-results.ts';
import type { FairnessResult } from './fairness.ts';
import { flatMetrics, flatUnknown } from './flat-metrics.ts';
import { type GateResult, runGates } from './gates.ts';
import { goldenProfile } from './golden-profile.ts';
import { goldenValues, vectorValues } from './groups.ts';
import { timePredictions } from './latency.ts';
import { measure, type Subject } from './measure.ts';
import { scoreForeignVectors, scoreRows, scoreVectors } from './scoring.ts';
import type { SliceResult } from './slices.ts';
import { chooseSmokeRows } from './smoke-rows.ts';
import type { GoldenSet, VectorSet } from './tables.ts';
import type { TrainedFiles } from './unpack.ts';

/** Everything that an evaluation looks at. */
export interface Evidence {
  readonly definition: ModelDefinition;
  readonly features: OnDemandFeatures;
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
  /** Why a metric is null, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
  readonly gates: readonly GateResult[];
  readonly slices: readonly SliceResult[];
  readonly fairness: readonly FairnessResult[];
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

interface Scores {
  readonly golden: Float64Array;
  readonly validation: Float64Array;
}

async function championScores(evidence: Evidence): Promise<Scores | null> {
  const { champion, golden, validation, dataset } = evidence;
  if (!champion) return null;
  return {
    golden: await scoreRows(champion.model, golden.rows),
    validation: await scoreForeignVectors(champion.model, validation, dataset.signature),
  };
}

/** Both sets with the scores of both models: the champion is scored anew, so it is never compared across sets. */
function subjects(evidence: Evidence, ours: Scores, theirs: Scores | null): Record<keyof Scores, Subject> {
  const { golden, validation, dataset } = evidence;
  return {
    golden: {
      set: 'golden',
      labels: golden.labels,
      entities: golden.entities,
      values: goldenValues(golden),
      candidate: ours.golden,
      champion: theirs?.golden ?? null,
    },
    validation: {
      set: 'validation',
      labels: validation.labels,
      entities: validation.entities,
      values: vectorValues(validation, dataset.signature),
      candidate: ours.validation,
      champion: theirs?.validation ?? null,
    },
  };
}

/**
 * Scores candidate and champion on the same rows, runs the gates and makes the files of the artifact. Depends on its
 * evidence alone: the same evidence gives the same bytes. Only the latency of single predictions is measured, and is in
 * no file of the artifact.
 * @param elapsed milliseconds, monotonic
 * @throws CoalmineError ArtifactInvalid when the candidate breaks its contract
 */
export async function evaluate(evidence: Evidence, elapsed: () => number): Promise<Evaluation> {
  const { definition, features, run, trained, dataset, golden, validation, goldenVersion } = evidence;
  const candidate = await openCandidate(trained, dataset.signature);
  const scores: Scores = {
    golden: await scoreRows(candidate, golden.rows),
    validation: await scoreVectors(candidate, validation),
  };
  const measured = measure(subjects(evidence, scores, await championScores(evidence)), definition);
  const metrics = flatMetrics(measured.sets);
  const unknown = flatUnknown(measured.sets);
  const gates = runGates(definition.gates, {
    ...measured,
    latencies: await timePredictions({ definition, features }, candidate, golden.rows, elapsed),
    artifactBytes: trained['model.onnx'].byteLength,
  });
  const reasons = gates.filter((g) => !g.passed).map((g) => g.detail);
  const champion = evidence.champion?.version ?? null;
  const { training, environment } = candidate;
  const { manifest } = dataset;
  const { slices, fairness } = measured;
  const facts = {
    ...{ definition, run, goldenVersion, manifest, training, environment, metrics, unknown, champion },
    gates: cardGates(gates),
    slices: cardSlices(slices),
    fairness: cardFairness(fairness, gates),
  };
  const files = {
    ...trained,
    'baseline.json': json({
      ...dataset.baseline,
      score: numericBaseline(Float32Array.from(scores.validation)),
      golden: goldenProfile(goldenVersion, golden, dataset.baseline),
    }),
    'golden-scores.json': json(goldenScores(evidence, scores.golden)),
    'card.json': json(cardJson(facts)),
    'card.md': Buffer.from(cardMarkdown(facts)),
  };
  const passed = reasons.length === 0;
  return { passed, reasons, metrics, unknown, gates, slices, fairness, champion, files };
}
