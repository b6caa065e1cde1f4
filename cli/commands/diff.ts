import type { RunItem, VersionItem } from '../../contracts/registry.ts';
import { type Difference, differences, flat } from '../difference.ts';
import type { Answer, Platform } from '../platform.ts';
import { blocks, short, table } from '../text.ts';
import { findVersion } from './find.ts';

interface Side {
  readonly version: VersionItem;
  readonly run: RunItem | undefined;
  readonly signature: unknown;
}
const SECTIONS = ['data', 'features', 'code', 'hyperparameters', 'metrics'] as const;
type Section = (typeof SECTIONS)[number];

/** What differs between two versions: data, features, code, hyperparameters and metrics. */
export async function diff(platform: Platform, model: string, a: string, b: string): Promise<Answer> {
  const registry = platform.registry(model);
  const runs = await registry.runs();
  const side = async (text: string): Promise<Side> => {
    const version = await findVersion(registry, model, text);
    const pin = version.artifact['signature.json'];
    return {
      version,
      run: runs.find((r) => r.run === version.run),
      signature: pin ? await platform.artifact(pin.key, pin.versionId) : null,
    };
  };
  const [left, right] = [await side(a), await side(b)];
  const notes = notesOn(left.version, right.version);
  const found = Object.fromEntries(
    SECTIONS.map((s) => [s, differences(VALUES[s](left, right), VALUES[s](right, left))]),
  ) as Record<Section, Difference[]>;
  const head = ['', `VERSION ${left.version.version}`, `VERSION ${right.version.version}`];
  const body = (rows: readonly Difference[]) =>
    rows.length === 0
      ? 'the same'
      : table(
          head,
          rows.map((d) => [d.name, brief(d.a), brief(d.b)]),
        );
  return {
    data: { model, a: left.version.version, b: right.version.version, ...found, notes },
    text: blocks([...SECTIONS.map((s) => [s, body(found[s])] as const), ['', notes.join('\n')]]),
  };
}

/** A hash by its first digits, anything else as it is. */
const brief = (value: unknown): unknown =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? short(value) : value;

/** What keeps metrics of two versions from being compared. */
function notesOn(a: VersionItem, b: VersionItem): string[] {
  return [
    ...(a.goldenVersion === b.goldenVersion
      ? []
      : [
          `golden metrics are left out: version ${a.version} was measured on ${a.goldenVersion}, version ${b.version} on ` +
            `${b.goldenVersion}`,
        ]),
    ...(a.datasetVersion === b.datasetVersion
      ? []
      : ['validation metrics are of other rows: each version was measured on those of its own dataset']),
  ];
}

/** The versions' own: those of the champions of their time are not theirs, and those of two golden sets do not compare. */
const comparable = ({ metrics, goldenVersion }: VersionItem, other: VersionItem): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metrics).filter(
      ([name]) =>
        !name.startsWith('champion.') &&
        (goldenVersion === other.goldenVersion || !name.startsWith('golden.')),
    ),
  );

const VALUES: Readonly<Record<Section, (side: Side, other: Side) => Record<string, unknown>>> = {
  data: ({ version: v, run }) => ({
    'dataset version': v.datasetVersion,
    'golden set': v.goldenVersion,
    manifest: run?.lineage?.dataset.manifestSha256,
  }),
  features: ({ version, signature }) => ({
    'feature spec': version.featureSpecHash,
    ...featuresOf(signature),
  }),
  code: ({ version, run }) => ({
    commit: version.commit,
    image: run?.lineage?.container.image,
    'training program': run?.lineage?.source,
    ...flat({ packages: run?.lineage?.packages ?? {} }),
  }),
  hyperparameters: ({ run }) => ({ ...run?.hyperparameters }),
  metrics: ({ version }, other) => comparable(version, other.version),
};

/** Kind of each feature, and how many categories it knows, by name. */
function featuresOf(signature: unknown): Record<string, string> {
  if (typeof signature !== 'object' || signature === null || !('features' in signature)) return {};
  const features = signature.features as { name: string; kind: string; vocabulary?: string[] }[];
  return Object.fromEntries(
    features.map((f) => [f.name, f.vocabulary ? `${f.kind}, ${f.vocabulary.length} categories` : f.kind]),
  );
}
