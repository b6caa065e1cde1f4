import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BundleSource, type Bundles, bundle } from './bundle.ts';
import { type Capability, NATIVE } from './capabilities.ts';
import { fileHash, nativeFiles, place, type ShippedFile } from './native.ts';

/** Where functions get their code from. */
export interface CodeSource {
  /** @throws Error if there is no code for the capability or the model */
  of(capability: Capability, model: string): Code;
}

/** The code of the functions, bundled when it is first asked for. */
export class FunctionCode implements CodeSource {
  readonly #source: BundleSource;
  #bundles: Bundles | undefined;

  constructor(source: BundleSource) {
    this.#source = source;
  }

  /**
   * The asset of one function: `index.mjs`, the `model.mjs` it is made for and the native packages it needs.
   * @throws Error if the bundle has no such capability or model
   */
  of(capability: Capability, model: string): Code {
    const { root } = this.#source;
    this.#bundles ??= bundle(this.#source);
    const script = this.#bundles.capabilities.get(capability);
    const definition = this.#bundles.models.get(model);
    if (!script || !definition) throw new Error(`there is no bundle of '${capability}' for model '${model}'`);
    const files: Files = { 'index.mjs': script, 'model.mjs': definition };
    const native = nativeFiles(root, NATIVE[capability]);
    return Code.fromAsset(join(root, 'lambdas', capability), {
      assetHashType: AssetHashType.CUSTOM,
      assetHash: contentHash(files, native),
      bundling: {
        // Never pulled: the local bundler always answers.
        image: DockerImage.fromRegistry('unused'),
        local: { tryBundle: (outputDir) => write(outputDir, files, native) },
      },
    });
  }
}

/** Generated files by name. */
type Files = Readonly<Record<string, Uint8Array>>;

/** sha256 of everything that the asset holds, paths included. */
function contentHash(files: Files, native: readonly ShippedFile[]): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of Object.entries(files)) hash.update(`\n${name} ${bytes.length}\n`).update(bytes);
  for (const file of native) hash.update(`\n${file.to} ${fileHash(file.from)}`);
  return hash.digest('hex');
}

function write(outputDir: string, files: Files, native: readonly ShippedFile[]): boolean {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(outputDir, name), bytes);
  for (const file of native) place(file.from, join(outputDir, 'node_modules', file.to));
  return true;
}
