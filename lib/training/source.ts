import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { AssetHashType, BundlingOutput, DockerImage } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { pack } from 'tar-stream';
import { lackingWheels, WHEELS } from './wheels.ts';

/** The file of the training program that the job runs. */
export const TRAINING_PROGRAM = 'train.py';

/** Files that are not part of the program. */
const UNNEEDED = /(^|\/)(__pycache__|\.pytest_cache|\.venv|tests?)(\/|$)/;

export interface PackedSource {
  /** A tar.gz as the job unpacks it. */
  readonly bytes: Buffer;
  /** What it pins for the image and brings no wheel of. */
  readonly lacking: readonly string[];
}

/**
 * The training program: the same bytes for the same files.
 * @param wheels whether it brings its wheels along; the rehearsal's interpreter has its own packages
 */
export async function packSource(folder: string, wheels = true): Promise<PackedSource> {
  const tar = pack();
  const files = filesOf(folder).filter((file) => wheels || !relative(folder, file).startsWith(`${WHEELS}/`));
  for (const file of files) {
    tar.entry({ name: relative(folder, file), mtime: new Date(0), mode: 0o644 }, readFileSync(file));
  }
  tar.finalize();
  // Wheels are compressed already, and there are hundreds of megabytes of them.
  const bytes = gzipSync(await buffer(tar), { level: 1 });
  return { bytes, lacking: wheels ? lackingWheels(folder) : [] };
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !UNNEEDED.test(relative(folder, file)))
    .sort();
}

/** The packed program in the bootstrap bucket. */
export function sourceAsset(scope: Construct, id: string, packed: Buffer): Asset {
  return new Asset(scope, id, {
    path: import.meta.dirname,
    assetHashType: AssetHashType.CUSTOM,
    assetHash: createHash('sha256').update(packed).digest('hex'),
    bundling: {
      // Never pulled: the local bundler always answers.
      image: DockerImage.fromRegistry('unused'),
      outputType: BundlingOutput.SINGLE_FILE,
      local: {
        tryBundle: (outputDir) => {
          writeFileSync(join(outputDir, 'source.tar.gz'), packed);
          return true;
        },
      },
    },
  });
}
