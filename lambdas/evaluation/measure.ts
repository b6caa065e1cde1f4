import type { EvaluationSet } from '../../contracts/gates.ts';
import { DEFAULT_K, type ModelDefinition } from '../../contracts/model-definition.ts';
import { seedOf } from '../shared/statistics/random.ts';
import { type Assessments, type AssessOptions, assess, type SetAssessment } from './assess.ts';
import { assessRanking } from './assess-ranking.ts';
import { type FairnessResult, fairnessResults } from './fairness.ts';
import { groupName } from './groups.ts';
import { binaryMeasure, rankingMeasure } from './slice-measures.ts';
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

/** What each row shows; null where the definition or the set does not name it. */
function itemsOf({ labels, values }: Subject, { ranking }: ModelDefinition): string[] | null {
  const item = ranking && values(ranking.item);
  return item ? Array.from(labels, (_, i) => groupName(item(i), undefined)) : null;
}

const depth = ({ ranking }: ModelDefinition): number => ranking?.k ?? DEFAULT_K;

function assessSet(subject: Subject, definition: ModelDefinition): SetAssessment {
  const { task, decision, gates, name } = definition;
  const options: AssessOptions = {
    threshold: decision.threshold,
    resamples: gates.resamples,
    // Of names alone: the same rows and scores give the same intervals, in this run and when it is repeated.
    seed: seedOf(`${name}/${subject.set}`),
  };
  if (task === 'binary') return assess(subject, options);
  const ranked = { ...subject, queries: subject.entities, items: itemsOf(subject, definition) };
  return assessRanking(ranked, depth(definition), options);
}

function slicesOf(subject: Subject, definition: ModelDefinition): SliceResult[] {
  const { task, decision, gates } = definition;
  const measure =
    task === 'binary'
      ? binaryMeasure(decision.threshold)
      : rankingMeasure(subject.entities, itemsOf(subject, definition), depth(definition));
  return sliceResults(subject, gates.slices, measure);
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
    slices: both.flatMap((s) => slicesOf(s, definition)),
    fairness: gates.fairness
      ? both.flatMap((s) => fairnessResults(s, gates.fairness!, decision.threshold))
      : [],
  };
}
