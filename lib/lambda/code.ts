import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BundleSource, type Bundles, bundle } from './bundle.ts';
import { type Capability, NATIVE } from './capabilities.ts';
import { fileHash, nativeFiles, place, type ShippedFile } from './native.ts';

/** The code of the functions, bundled when it is first asked for. */
export class FunctionCode {
  readonly #source: BundleSource;
  #bundles: Bundles | undefined;

  constructor(source: BundleSource) {
    this.#source = source;
  }

  /**
   * The asset of one function: `index.mjs` and the native packages it needs.
   * @throws Error if the bundle has no such capability or model
   */
  of(capability: Capability, model: string): Code {
    const { root } = this.#source;
    this.#bundles ??= bundle(this.#source);
    const script = this.#bundles.get(`${capability}/${model}`);
    if (!script) throw new Error(`there is no bundle of '${capability}' for model '${model}'`);
    const native = nativeFiles(root, NATIVE[capability]);
    return Code.fromAsset(join(root, 'lambdas', capability), {
      assetHashType: AssetHashType.CUSTOM,
      assetHash: contentHash(script, native),
      bundling: {
        // Never pulled: the local bundler always answers.
        image: DockerImage.fromRegistry('unused'),
        local: { tryBundle: (outputDir) => write(outputDir, script, native) },
      },
    });
  }
}

/** sha256 of everything that the asset holds, paths included. */
function contentHash(script: Uint8Array, native: readonly ShippedFile[]): string {
  const hash = createHash('sha256').update(script);
  for (const file of native) hash.update(`\n${file.to} ${fileHash(file.from)}`);
  return hash.digest('hex');
}

function write(outputDir: string, script: Uint8Array, native: readonly ShippedFile[]): boolean {
  writeFileSync(join(outputDir, 'index.mjs'), script);
  for (const file of native) place(file.from, join(outputDir, 'node_modules', file.to));
  return true;
}
