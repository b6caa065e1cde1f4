import type { z } from 'zod';
import type { Environment, TrainingMetrics } from '../../contracts/artifact.ts';
import type { CardDraft, cardFairnessSchema, cardSliceSchema } from '../../contracts/card.ts';
import type { DatasetManifest } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { cardMarkdown as markdown } from '../shared/card/markdown.ts';
import { gapsOf } from './card-gaps.ts';
import type { GateResult } from './gates.ts';

export type CardSlice = z.output<typeof cardSliceSchema>;
export type CardFairness = z.output<typeof cardFairnessSchema>;

/** Everything that evaluation can tell of a model. Holds no time of its own: the same run makes the same card. */
export interface CardFacts {
  readonly definition: ModelDefinition;
  readonly run: string;
  readonly goldenVersion: string;
  readonly manifest: DatasetManifest;
  readonly training: TrainingMetrics;
  readonly environment: Environment;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Why a metric is null, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
  readonly gates: readonly GateResult[];
  readonly champion: number | null;
  /** @default none were asked for */
  readonly slices?: readonly CardSlice[];
  /** @default nothing was found out about them */
  readonly fairness?: readonly CardFairness[];
}

/** `card.json` as far as evaluation knows it; registration adds number and lineage. */
export function cardJson(facts: CardFacts): CardDraft {
  const { definition, manifest, training, environment, slices = [], fairness = [] } = facts;
  return {
    model: definition.name,
    run: facts.run,
    task: definition.task,
    description: definition.description,
    intendedUse: definition.card.intendedUse,
    limits: definition.card.limits,
    prohibitedUses: definition.card.prohibitedUses,
    entity: definition.entity,
    label: definition.label,
    features: definition.features.map(({ name, kind }) => ({ name, kind })),
    protectedAttributes: definition.protectedAttributes,
    data: {
      version: manifest.version,
      goldenVersion: facts.goldenVersion,
      featureSpecHash: manifest.featureSpecHash,
      window: manifest.window,
      splitTime: manifest.splitTime,
      rows: manifest.rows,
      positives: manifest.positives,
      sources: manifest.sources.length,
      gaps: gapsOf(manifest),
    },
    training: { ...environment, final: training.final, bestEpoch: training.bestEpoch },
    metrics: { ...facts.metrics },
    unknown: { ...facts.unknown },
    slices: {
      results: [...slices],
      reason: slices.length > 0 ? null : 'No slice was evaluated: the model definition names none.',
    },
    fairness: { results: [...fairness], reason: fairness.length > 0 ? null : whyNoFairness(definition) },
    gates: facts.gates.map((g) => ({ ...g })),
    champion: facts.champion,
  };
}

const whyNoFairness = ({ protectedAttributes }: ModelDefinition): string =>
  protectedAttributes.length === 0
    ? 'The model definition names no protected attribute.'
    : `The results were not broken down by the protected attributes ${protectedAttributes.join(', ')}.`;

/** `card.md`: the same for people. */
export const cardMarkdown = (facts: CardFacts): string => markdown(cardJson(facts));
