import type { Environment, TrainingMetrics } from '../../contracts/artifact.ts';
import type { DatasetManifest } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { GateResult } from './gates.ts';

/** Everything that a model card tells. Holds no time of its own: the same run makes the same card. */
export interface CardFacts {
  readonly definition: ModelDefinition;
  readonly run: string;
  readonly goldenVersion: string;
  readonly manifest: DatasetManifest;
  readonly training: TrainingMetrics;
  readonly environment: Environment;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly gates: readonly GateResult[];
  readonly champion: number | null;
}

/** `card.json`: what the model is for, what it was made from, how good it is and how that was judged. */
export function cardJson(facts: CardFacts) {
  const { definition, manifest, training, environment } = facts;
  return {
    model: definition.name,
    intendedUse: definition.description,
    task: definition.task,
    entity: definition.entity,
    label: definition.label,
    features: definition.features.map(({ name, kind }) => ({ name, kind })),
    protectedAttributes: definition.protectedAttributes,
    lineage: {
      run: facts.run,
      datasetVersion: manifest.version,
      goldenVersion: facts.goldenVersion,
      featureSpecHash: manifest.featureSpecHash,
      comparedWithChampion: facts.champion,
    },
    data: {
      window: manifest.window,
      splitTime: manifest.splitTime,
      rows: manifest.rows,
      positives: manifest.positives,
    },
    training: { ...environment, final: training.final, bestEpoch: training.bestEpoch },
    metrics: facts.metrics,
    gates: facts.gates,
  };
}

const number = (v: number | null | undefined) =>
  v === null || v === undefined ? 'n/a' : String(Number(v.toFixed(4)));
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const list = (items: readonly string[]) => (items.length > 0 ? items.join(', ') : 'none');
const METRICS = ['rows', 'positives', 'auc', 'aucLow', 'aucHigh', 'logLoss', 'brier'] as const;

function metricTable(metrics: CardFacts['metrics'], champion: number | null): string {
  const prefixes = ['golden', 'validation'].flatMap((set) =>
    champion === null ? [set] : [set, `champion.${set}`],
  );
  return table(
    ['', ...prefixes],
    METRICS.map((m) => [m, ...prefixes.map((p) => number(metrics[`${p}.${m}`]))]),
  );
}

/** `card.md`: the same for people. */
export function cardMarkdown(facts: CardFacts): string {
  const { definition, manifest, environment, training } = facts;
  const { rows, positives, window } = manifest;
  const compared = facts.champion === null ? 'no champion yet' : `champion: version ${facts.champion}`;
  return `# ${definition.name}

${definition.description}

## Intended use

A ${definition.task} score for each \`${definition.entity}\`: the probability that \`${definition.label.column}\` is
\`${definition.label.positive}\`. Other uses, and inputs outside the ranges of the model definition, are not intended.
Protected attributes: ${list(definition.protectedAttributes)}. The metrics below are not broken down by them.

## Data

Dataset version \`${manifest.version}\`, golden set \`${facts.goldenVersion}\`, rows from ${window.from} to ${window.to},
split by time at ${manifest.splitTime}.

${table(
  ['', 'rows', 'positives'],
  [
    ['train', String(rows.train), String(positives.train)],
    ['validation', String(rows.validation), String(positives.validation)],
    ['golden', number(facts.metrics['golden.rows']), number(facts.metrics['golden.positives'])],
    ['rejected', String(rows.rejected), ''],
  ],
)}

## Training

Container ${environment.container}, seed ${environment.seed}, best epoch ${training.bestEpoch ?? 'n/a'}.

${table(['hyperparameter', 'value'], Object.entries(environment.hyperparameters))}

## Metrics

AUC with its 95 % confidence interval (aucLow, aucHigh), log loss in nats, Brier score; ${compared}.

${metricTable(facts.metrics, facts.champion)}

## Gates

${table(
  ['gate', 'passed', 'why'],
  facts.gates.map((g) => [g.gate, g.passed ? 'yes' : 'no', g.detail]),
)}

## Lineage

Run \`${facts.run}\`, dataset version \`${manifest.version}\` (content ${manifest.contentHash.slice(0, 12)}), feature spec
\`${manifest.featureSpecHash.slice(0, 12)}\`, ${manifest.sources.length} source objects named with their VersionIds in the
dataset's manifest.
`;
}
