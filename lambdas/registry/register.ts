import type { Lineage } from '../../contracts/lineage.ts';
import { type RunItem, registryKeys, type VersionItem } from '../../contracts/registry.ts';
import type { Evidence, RegisterOutput, RegistryInput } from '../../contracts/steps.ts';
import { CoalmineError } from '../shared/errors.ts';
import { cardFiles, completeCard } from './card.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';
import { gatherLineage, readPinned } from './lineage.ts';
import { seal } from './seal.ts';
import { type Author, statusEvent } from './status.ts';

type Input = ActionInput<RegistryInput, 'register'>;

/**
 * Gives the run's model a version number, seals its files and writes the version. Each part may stop and be repeated:
 * the number belongs to the run, objects are never replaced, and the version's item is written once.
 * @throws CoalmineError GateFailed, InvalidInput, CardIncomplete, ArtifactInvalid, ConcurrentChange
 */
export async function register(deps: RegistryDeps, input: Input): Promise<RegisterOutput> {
  const { store, definition } = deps;
  if (!input.evaluation.passed)
    throw new CoalmineError('GateFailed', `run ${input.run} did not pass: ${input.evaluation.reasons}`);
  const run = await store.run(input.startedAt, input.run);
  if (!run) throw new CoalmineError('InvalidInput', `run ${input.run} of ${input.startedAt} was not started`);
  const lineage = await gatherLineage(deps, run, evidenceOf(input));
  const draft = await readPinned(deps, 'card.json', input.evaluation.files['card.json']);
  // Whatever number it gets: an incomplete card costs none.
  completeCard(draft, 1, lineage);
  const version = run.version ?? (await allocate(deps, run));
  const artifact = await seal(
    deps.objects,
    deps.artifactBucket,
    input.evaluation.files,
    definition.name,
    version,
    cardFiles(completeCard(draft, version, lineage)),
  );
  const item: VersionItem = {
    model: definition.name,
    version,
    status: 'registered',
    run: run.run,
    datasetVersion: input.datasetVersion,
    goldenVersion: input.goldenVersion,
    featureSpecHash: input.featureSpecHash,
    commit: run.commit,
    registeredAt: deps.now().toISOString(),
    artifact,
    metrics: { ...input.evaluation.metrics, billableSeconds: input.training.billableSeconds },
    lambdaVersion: null,
    failedAt: null,
  };
  await write(deps, input, item, lineage, { by: run.by, reason: `run ${run.run}: ${run.reason}` });
  const auc = input.evaluation.metrics['golden.auc'] ?? null;
  const common = { model: definition.name, run: run.run, version };
  await deps.publish({
    type: 'version.registered',
    ...common,
    datasetVersion: input.datasetVersion,
    auc,
  });
  await deps.publish({ type: 'retrain.succeeded', ...common });
  deps.emit({ RetrainRuns: 1 });
  return { version };
}

function evidenceOf({ action: _, run: _run, startedAt: _startedAt, ...evidence }: Input): Evidence {
  return evidence;
}

/** The next number, given to the run in the same transaction that counts it. */
async function allocate({ store, definition }: RegistryDeps, run: RunItem): Promise<number> {
  // Runs of one model seldom overlap; five lost races in a row are a fault.
  for (let attempt = 0; attempt < 5; attempt++) {
    const { lastVersion } = await store.settings();
    const version = lastVersion + 1;
    const given = await store.table.write([
      {
        kind: 'update',
        sk: registryKeys.settings,
        set: { lastVersion: version },
        defaults: { model: definition.name, goldenVersion: null, hyperparameters: {} },
        if: { kind: 'equals', attribute: 'lastVersion', value: lastVersion, orAbsent: lastVersion === 0 },
      },
      {
        kind: 'update',
        sk: registryKeys.run(run.startedAt, run.run),
        set: { version },
        if: { kind: 'equals', attribute: 'version', value: null },
      },
    ]);
    if (given) return version;
    const now = await store.run(run.startedAt, run.run);
    if (now?.version) return now.version;
  }
  throw new CoalmineError('ConcurrentChange', `no version number for run ${run.run} after five attempts`);
}

async function write(
  deps: RegistryDeps,
  input: Input,
  item: VersionItem,
  lineage: Lineage,
  author: Author,
): Promise<void> {
  const written = await deps.store.table.write([
    { kind: 'put', sk: registryKeys.version(item.version), item, if: { kind: 'absent' } },
    statusEvent(item, null, 'registered', { ...author, at: item.registeredAt }, 'registered'),
    {
      kind: 'update',
      sk: registryKeys.run(input.startedAt, input.run),
      set: {
        outcome: 'registered',
        endedAt: item.registeredAt,
        datasetVersion: item.datasetVersion,
        metrics: item.metrics,
        error: null,
        lineage,
      },
    },
  ]);
  if (written) return;
  const there = await deps.store.version(item.version);
  if (there?.run !== item.run)
    throw new CoalmineError(
      'ConcurrentChange',
      `version ${item.version} belongs to run ${there?.run ?? '(unknown)'}, not to ${item.run}`,
    );
}
