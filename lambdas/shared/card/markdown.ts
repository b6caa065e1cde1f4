import type { CardDraft, ModelCard } from '../../../contracts/card.ts';
import { lineageSection } from './lineage-section.ts';
import { bullets, listed, number, table } from './text.ts';

/** `card.md`: a card for people. One without a number is of a run that was not registered, or not yet. */
export function cardMarkdown(card: CardDraft | ModelCard): string {
  const sections: (readonly [string, string])[] = [
    ['Intended use', intendedUse(card)],
    ['Limits', bullets(card.limits)],
    ['Prohibited uses', bullets(card.prohibitedUses)],
    ['Data', data(card)],
    ['Training', training(card)],
    ['Results', results(card)],
    ['Results by slice', slices(card)],
    ['Fairness', fairness(card)],
    [
      'Gates',
      table(
        ['gate', 'passed', 'why'],
        card.gates.map((g) => [g.gate, g.passed ? 'yes' : 'no', g.detail]),
      ),
    ],
    ...('lineage' in card ? [['Lineage', lineageSection(card)] as const] : []),
  ];
  const body = sections.map(([name, text]) => `## ${name}\n\n${text}\n`).join('\n');
  if ('version' in card) return `# ${card.model} version ${card.version}\n\n${card.description}\n\n${body}`;
  return `# ${card.model}\n\n${card.description}\n\n${standing(card)}\n\n${body}`;
}

/** Where a card comes from that has no number: nobody should take a model that was stopped for one that serves. */
function standing({ gates }: CardDraft): string {
  const failed = gates.filter((g) => !g.passed).map((g) => `\`${g.gate}\``);
  return failed.length === 0
    ? '**Not registered yet**: written when the run was evaluated; it passed every gate.'
    : `**Rejected**: this run was evaluated and never registered. It failed ${failed.length} of ${gates.length} gates: ${failed.join(', ')}.`;
}

const intendedUse = (c: CardDraft) => `${c.intendedUse}

A ${c.task} score for each \`${c.entity}\`: the probability that \`${c.label.column}\` is \`${c.label.positive}\`.
Protected attributes: ${listed(c.protectedAttributes)}.`;

function data({ data: d, metrics, run }: CardDraft): string {
  const rows = [
    ['train', d.rows.train, d.positives.train],
    ['validation', d.rows.validation, d.positives.validation],
    ['golden', metrics['golden.rows'], metrics['golden.positives']],
    ['rejected', d.rows.rejected, null],
  ] as const;
  return `Run \`${run}\`, dataset version \`${d.version}\`, golden set \`${d.goldenVersion}\`, rows from ${d.window.from} to
${d.window.to}, split by time at ${d.splitTime}, from ${d.sources} source objects.

${table(
  ['', 'rows', 'positives'],
  rows.map(([name, all, positives]) => [name, number(all), number(positives)]),
)}

Known gaps:

${bullets(d.gaps)}`;
}

const training = ({
  training: t,
}: CardDraft) => `Container ${t.container}, seed ${t.seed}, best epoch ${t.bestEpoch ?? 'n/a'}.

${table(['hyperparameter', 'value'], Object.entries(t.hyperparameters))}`;

/** What is n/a in a table, and why. */
const notKnown = (reasons: readonly (readonly [string, string])[]): string =>
  reasons.length === 0 ? '' : `\n\nNot known:\n\n${bullets(reasons.map(([name, why]) => `${name}: ${why}`))}`;

function results({ metrics, unknown, champion }: CardDraft): string {
  const sets = ['golden', 'validation'].flatMap((set) =>
    champion === null ? [set] : [set, `champion.${set}`],
  );
  const compared = champion === null ? 'there was no champion' : `the champion was version ${champion}`;
  const names = new Set(sets.flatMap((set) => namesOf(metrics, set)));
  return `Every metric of each set${names.has('auc') ? '; the AUC with its 95 % confidence interval (aucLow, aucHigh), log loss in nats' : ''}; ${compared}.

${table(
  ['', ...sets],
  [...names].map((m) => [m, ...sets.map((s) => number(metrics[`${s}.${m}`]))]),
)}${notKnown(Object.entries(unknown))}`;
}

/** Metrics of one set by their own names. */
const namesOf = (metrics: CardDraft['metrics'], set: string): string[] =>
  Object.keys(metrics)
    .filter((name) => name.startsWith(`${set}.`))
    .map((name) => name.slice(set.length + 1));

function slices({ slices: { results, reason } }: CardDraft): string {
  if (results.length === 0) return reason ?? '';
  const names = [...new Set(results.flatMap((s) => Object.keys(s.metrics)))];
  return `${table(
    ['feature', 'value', 'rows', ...names],
    results.map((s) => [s.feature, s.value, String(s.rows), ...names.map((n) => number(s.metrics[n]))]),
  )}${notKnown(
    results.flatMap((s) =>
      Object.entries(s.unknown).map(([n, why]) => [`${s.feature} = ${s.value}, ${n}`, why] as const),
    ),
  )}`;
}

function fairness({ fairness: { results, reason } }: CardDraft): string {
  if (results.length === 0) return reason ?? '';
  return results
    .map(
      (f) => `### ${f.attribute}

${f.verdict}

${table(
  ['group', 'rows', 'selection rate', 'compared'],
  f.groups.map((g) => [g.value, String(g.rows), number(g.selectionRate), g.compared ? 'yes' : 'no']),
)}

Disparate impact ${number(f.disparateImpact)}, demographic parity difference ${number(f.demographicParityDifference)},
equalised odds difference ${number(f.equalisedOddsDifference)}; groups with too few rows are not compared.`,
    )
    .join('\n\n');
}
