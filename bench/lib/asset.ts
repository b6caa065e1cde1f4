import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { bundle } from '../../lib/lambda/bundle.ts';
import { nativeFiles, place } from '../../lib/lambda/native.ts';
import model from '../../models/fraud/model.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Makes the asset of the inference function of `fraud`, as the stacks do, in a folder of its own. */
export function inferenceAsset(): string {
  const dir = mkdtempSync(join(tmpdir(), 'inference-asset-'));
  const bundles = bundle({ root: ROOT, models: [model], capabilities: ['inference'] });
  writeFileSync(join(dir, 'index.mjs'), bundles.capabilities.get('inference')!);
  writeFileSync(join(dir, 'model.mjs'), bundles.models.get(model.name)!);
  for (const file of nativeFiles(ROOT, ['onnxruntime'])) place(file.from, join(dir, 'node_modules', file.to));
  return dir;
}

/**
 * Size of the zip of a folder in bytes, as the CDK's command line makes it: deflate at zlib's default level, and 30 + 46
 * bytes a file beside its name, twice, plus 22 at the end (PKWARE APPNOTE 4.3).
 */
export function zipBytes(dir: string): number {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  const sizes = files.map((f) => {
    const path = join(f.parentPath, f.name);
    const name = Buffer.byteLength(relative(dir, path));
    return deflateRawSync(readFileSync(path)).length + 2 * name + 30 + 46;
  });
  return sizes.reduce((a, b) => a + b, 22);
}
