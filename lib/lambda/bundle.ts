import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import { externalModules } from './native.ts';

/** Node.js release of the functions; `nodejs24.x` of Lambda runs the same. */
const TARGET = 'node24';

/** Name under which a capability finds the model it is made for, beside it. */
const MODEL_FILE = './model.mjs';

/** CommonJS packages in an ES module ask for `require`. */
const BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** What is bundled, and from where. */
export interface BundleSource {
  /** Folder that holds `lambdas/`, `models/` and `node_modules/`. */
  readonly root: string;
  readonly models: readonly ModelDefinition[];
  /** @default every capability */
  readonly capabilities?: readonly Capability[];
}

/** JavaScript by name. */
export interface Bundles {
  /** `index.mjs` of each capability: the same for every model. */
  readonly capabilities: ReadonlyMap<Capability, Uint8Array>;
  /** `model.mjs` of each model: its definition and its on-demand features. */
  readonly models: ReadonlyMap<string, Uint8Array>;
}

/**
 * The entry of a capability. The import stays in the bundle: what a model is differs, how it is handled does not. A
 * handler that loads something first is awaited, so that what cannot be loaded fails the start and not a request.
 */
export function capabilityEntry(root: string, capability: Capability): string {
  return [
    `import model from '${MODEL_FILE}';`,
    `import { createHandler } from ${path(root, 'lambdas', capability, 'handler.ts')};`,
    'export const handler = await createHandler(model);',
  ].join('\n');
}

/** The definition goes in as JSON: the environment of a function holds 4 KB at most. */
export function modelEntry(root: string, definition: ModelDefinition): string {
  return [
    `import features from ${path(root, 'models', definition.name, 'features.ts')};`,
    `export default { definition: ${JSON.stringify(definition)}, features };`,
  ].join('\n');
}

const path = (...parts: string[]) => JSON.stringify(join(...parts));

/**
 * Bundles every capability and every model in one build: esbuild parses each shared file once, and a capability is
 * bundled once however many models there are.
 * @throws the build's error, which names file and line
 */
export function bundle(source: BundleSource): Bundles {
  const { root, models } = source;
  const entries = new Map<string, string>();
  for (const capability of source.capabilities ?? CAPABILITIES) {
    entries.set(`capability.${capability}`, capabilityEntry(root, capability));
  }
  for (const definition of models) entries.set(`model.${definition.name}`, modelEntry(root, definition));
  const built = build(root, entries);
  const of = (kind: string) =>
    [...built]
      .filter(([name]) => name.startsWith(kind))
      .map(([name, js]) => [name.slice(kind.length), js] as const);
  return {
    capabilities: new Map(of('capability.') as [Capability, Uint8Array][]),
    models: new Map(of('model.')),
  };
}

function build(root: string, entries: ReadonlyMap<string, string>): Map<string, Uint8Array> {
  const dir = mkdtempSync(join(tmpdir(), 'coalmine-entries-'));
  try {
    for (const [name, js] of entries) writeFileSync(join(dir, `${name}.ts`), js);
    const built = buildSync({
      entryPoints: [...entries.keys()].map((name) => join(dir, `${name}.ts`)),
      absWorkingDir: dir,
      nodePaths: [join(root, 'node_modules')],
      outdir: dir,
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
      external: [MODEL_FILE, ...externalModules()],
      logLevel: 'silent',
    });
    return new Map(built.outputFiles.map((file) => [basename(file.path, '.mjs'), file.contents]));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
