import { createHash } from 'node:crypto';
import { copyFileSync, constants as fs, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A group of native packages that a function needs as real files in `node_modules`. */
export type NativePackage = 'onnxruntime' | 'duckdb';

interface Group {
  /** Module names that the bundle leaves as imports. */
  readonly external: readonly string[];
  /** Paths under `node_modules` to take: files, or folders whole. Only Linux x64, which is what Lambda runs here. */
  readonly paths: readonly string[];
}

const GROUPS: Readonly<Record<NativePackage, Group>> = {
  // 300 MB over all platforms, 46 MB of it for linux/x64.
  onnxruntime: {
    external: ['onnxruntime-node', 'onnxruntime-common'],
    paths: [
      'onnxruntime-node/package.json',
      'onnxruntime-node/dist',
      'onnxruntime-node/bin/napi-v6/linux/x64',
      'onnxruntime-common/package.json',
      'onnxruntime-common/dist/cjs',
    ],
  },
  duckdb: {
    external: ['@duckdb/node-api', '@duckdb/node-bindings', '@duckdb/node-bindings-linux-x64'],
    paths: [
      '@duckdb/node-api/package.json',
      '@duckdb/node-api/lib',
      '@duckdb/node-bindings/package.json',
      '@duckdb/node-bindings/duckdb.js',
      '@duckdb/node-bindings-linux-x64/package.json',
      '@duckdb/node-bindings-linux-x64/duckdb.node',
      '@duckdb/node-bindings-linux-x64/libduckdb.so',
    ],
  },
};

/** What nothing loads at run time: source maps and type declarations. */
const UNNEEDED = /\.(map|d\.ts|tsbuildinfo|md)$/;

/** Modules that no bundle contains. */
export const externalModules = (): string[] => Object.values(GROUPS).flatMap((g) => g.external);

/** One file to ship: its source and its place under the asset's `node_modules`. */
export interface ShippedFile {
  readonly from: string;
  readonly to: string;
}

function listed(root: string, path: string): ShippedFile[] {
  const from = join(root, 'node_modules', path);
  if (/\.(json|js|node|so)$/.test(path)) return [{ from, to: path }];
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !UNNEEDED.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ from: file, to: relative(join(root, 'node_modules'), file) }));
}

/**
 * The files of native packages, in a fixed order.
 * @throws Error naming the package that is not installed for linux/x64
 */
export function nativeFiles(root: string, groups: readonly NativePackage[]): ShippedFile[] {
  return groups
    .flatMap((g) => GROUPS[g].paths)
    .flatMap((path) => {
      try {
        return listed(root, path);
      } catch (cause) {
        throw new Error(
          `node_modules/${path} is missing: run npm ci on Linux x64, with optional dependencies`,
          {
            cause,
          },
        );
      }
    })
    .sort((a, b) => (a.to < b.to ? -1 : 1));
}

const hashes = new Map<string, string>();
/** sha256 of a file's bytes. Remembered: several functions ship the same 46 MB. */
export function fileHash(path: string): string {
  const known = hashes.get(path);
  if (known) return known;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  hashes.set(path, hash);
  return hash;
}

/** Links a file into an asset; copies it where a hard link is not possible (another file system). */
export function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, fs.COPYFILE_FICLONE);
  }
}
