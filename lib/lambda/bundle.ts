import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import { externalModules } from './native.ts';

/** Node.js release of the functions; `nodejs24.x` of Lambda runs the same. */
const TARGET = 'node24';

/** CommonJS packages in an ES module ask for `require`. */
const BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** A handler made for a model: which and where its code is. */
export interface BundleSource {
  /** Folder that holds `lambdas/`, `models/` and `node_modules/`. */
  readonly root: string;
  readonly models: readonly ModelDefinition[];
  /** @default every capability */
  readonly capabilities?: readonly Capability[];
}

/** JavaScript of the bundle (`index.mjs`) by capability and model name. */
export type Bundles = ReadonlyMap<BundleId, Uint8Array>;
type BundleId = `${Capability}/${string}`;

/**
 * The entry that is bundled. The definition is inlined as JSON because the environment of a function holds 4 KB at
 * most, and because a bundle that carries its definition cannot meet another one.
 */
export function entrySource(root: string, capability: Capability, definition: ModelDefinition): string {
  const at = (...parts: string[]) => JSON.stringify(join(root, ...parts));
  return [
    `import { createHandler } from ${at('lambdas', capability, 'handler.ts')};`,
    `import features from ${at('models', definition.name, 'features.ts')};`,
    `export const handler = await createHandler({ definition: ${JSON.stringify(definition)}, features });`,
  ].join('\n');
}

/**
 * Bundles every capability for every model in one build: esbuild parses each shared file once, not once a function.
 * @throws the build's error, which names file and line
 */
export function bundle(source: BundleSource): Bundles {
  const entries = mkdtempSync(join(tmpdir(), 'coalmine-entries-'));
  try {
    return build(source, entries);
  } finally {
    rmSync(entries, { recursive: true });
  }
}

function build(source: BundleSource, dir: string): Bundles {
  const entryPoints: Record<string, string> = {};
  const ids = new Map<string, BundleId>();
  for (const capability of source.capabilities ?? CAPABILITIES) {
    for (const definition of source.models) {
      const name = `${capability}.${definition.name}`;
      entryPoints[name] = join(dir, `${name}.ts`);
      writeFileSync(entryPoints[name], entrySource(source.root, capability, definition));
      ids.set(`${name}.mjs`, `${capability}/${definition.name}`);
    }
  }
  const out = join(dir, 'out');
  const built = buildSync({
    entryPoints,
    absWorkingDir: source.root,
    outdir: out,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    target: TARGET,
    format: 'esm',
    // The ES modules of the AWS SDK drop what is not used; the CommonJS ones cannot.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    banner: { js: BANNER },
    external: externalModules(),
    logLevel: 'silent',
  });
  return new Map(built.outputFiles.map((f) => [ids.get(f.path.slice(out.length + 1))!, f.contents]));
}
