/**
 * Measures 100,000 rows of candidate and champion with three slice features, two protected attributes and 1,000 bootstrap
 * resamples, and tests KS and PSI of 30 columns × 1,000,000 rows against a frozen baseline. Prints one JSON line of seconds
 * of processor time, which is what one core needs, whatever else runs. Making up the rows is not part of it.
 */
import { defineModel } from '../contracts/model-definition.ts';
import { ksTest } from '../lambdas/drift/statistics/ks.ts';
import { measure, type Subject } from '../lambdas/evaluation/measure.ts';
import { countBins, numericBaseline } from '../lambdas/shared/statistics/numeric-baseline.ts';
import { psi } from '../lambdas/shared/statistics/psi.ts';
import { seededBits } from '../lambdas/shared/statistics/random.ts';
import { sortFloats } from '../lambdas/shared/statistics/sort-floats.ts';
import { round } from './lib/statistics.ts';

const ROWS = 100_000;
const COLUMNS = 30;
const VALUES = 1_000_000;

/** Seconds of processor time that this process has used. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const bits = seededBits(1);
const uniform = () => bits() / 2 ** 32;

const slices = ['region', 'channel', 'plan'].map((feature) => ({ feature }));
const definition = defineModel({
  name: 'bench',
  description: 'A bench.',
  task: 'binary',
  entity: 'id',
  eventTime: 'at',
  label: { column: 'y' },
  features: ['region', 'channel', 'plan', 'group'].map((name) => ({ name, kind: 'categorical' as const })),
  gates: { slices, fairness: { attributes: [{ feature: 'group' }, { feature: 'region' }] } },
});

/** Rows with a label of 20 % and two models of an AUC of about 0.85. */
function subject(set: Subject['set'], rows: number): Subject {
  const labels = Uint8Array.from({ length: rows }, () => (uniform() < 0.2 ? 1 : 0));
  const scores = () =>
    Float64Array.from(labels, (y) =>
      Math.min(0.999, Math.max(0.001, 0.3 + 0.25 * y + 0.5 * (uniform() - 0.5))),
    );
  const [candidate, champion] = [scores(), scores()];
  const codes = Uint8Array.from({ length: rows }, () => uniform() * 8);
  return { set, labels, candidate, champion, entities: [], values: () => (i) => `v${codes[i]}` };
}

const validation = subject('validation', ROWS);
// The golden set is part of every evaluation; here it is as small as one may be.
const golden = subject('golden', 400);
let started = used();
const { sets } = measure({ golden, validation }, definition);
const evaluationSeconds = used() - started;
if (sets.validation.difference?.logLoss?.low == null) throw new Error('the difference has no interval');

let [ksSeconds, psiSeconds] = [0, 0];
for (let c = 0; c < COLUMNS; c++) {
  const column = () => Float32Array.from({ length: VALUES }, () => uniform() + uniform());
  const [reference, current] = [column(), column()];
  // Frozen with the dataset: the baseline's edges and counts, and its values in order.
  const { edges, counts } = numericBaseline(reference);
  const frozen = sortFloats(reference);
  started = used();
  const sorted = sortFloats(current);
  const { p } = ksTest(frozen, sorted);
  ksSeconds += used() - started;
  started = used();
  const shift = psi(counts, countBins(sorted, edges));
  psiSeconds += used() - started;
  if (p === null || shift === null || shift > 0.01)
    throw new Error('two samples of one column look different');
}

console.log(
  JSON.stringify({
    bench: 'evaluation',
    rows: ROWS,
    resamples: definition.gates.resamples,
    evaluationSeconds: round(evaluationSeconds),
    columns: COLUMNS,
    values: VALUES,
    ksAndPsiSeconds: round(ksSeconds + psiSeconds),
    limits: { evaluationSeconds: 10, ksAndPsiSeconds: 10 },
  }),
);
