import type { EvaluationSet } from '../../contracts/gates.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { seedOf } from '../shared/statistics/random.ts';
import { type Assessments, type AssessOptions, assess, type SetAssessment } from './assess.ts';
import { assessRanking } from './assess-ranking.ts';
import { type FairnessResult, fairnessResults } from './fairness.ts';
import { groupName } from './groups.ts';
import { type ScoredSet, type SliceResult, sliceResults } from './slices.ts';

/** One set with the scores of both models and the entity of each row. */
export interface Subject extends ScoredSet {
  readonly entities: readonly string[];
}

/** All that the scores say. */
export interface Measurements {
  readonly sets: Assessments;
  readonly slices: readonly SliceResult[];
  readonly fairness: readonly FairnessResult[];
}

function assessSet(
  subject: Subject,
  { task, ranking, decision, gates, name }: ModelDefinition,
): SetAssessment {
  const options: AssessOptions = {
    threshold: decision.threshold,
    resamples: gates.resamples,
    // Of names alone: the same rows and scores give the same intervals, in this run and when it is repeated.
    seed: seedOf(`${name}/${subject.set}`),
  };
  if (task === 'binary') return assess(subject, options);
  const item = ranking && subject.values(ranking.item);
  const items = Array.from(subject.labels, (_, i) => (item ? groupName(item(i), undefined) : String(i)));
  const ranked = { ...subject, queries: subject.entities, items };
  return assessRanking(ranked, ranking?.k ?? 10, options);
}

/** Measures candidate and champion on both sets: totals, slices, fairness. Pure. */
export function measure(
  subjects: Readonly<Record<EvaluationSet, Subject>>,
  definition: ModelDefinition,
): Measurements {
  const { golden, validation } = subjects;
  const { gates, decision } = definition;
  const both = [golden, validation];
  return {
    sets: { golden: assessSet(golden, definition), validation: assessSet(validation, definition) },
    slices: both.flatMap((s) => sliceResults(s, gates.slices, decision.threshold)),
    fairness: gates.fairness
      ? both.flatMap((s) => fairnessResults(s, gates.fairness!, decision.threshold))
      : [],
  };
}
