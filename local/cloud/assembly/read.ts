import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  AssetManifestArtifact,
  CloudAssembly,
  type CloudFormationStackArtifact,
} from '@aws-cdk/cloud-assembly-api';
import { problemsOf } from './problems.ts';
import { type Template, templateSchema } from './template.ts';

/** A stack of the cloud assembly, read and checked but not resolved. */
export interface Stack {
  readonly name: string;
  /** Path in the construct tree, the other name that people know it by. */
  readonly displayName: string;
  /** Undefined where the stack leaves it open. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly template: Template;
  /** Construct path by logical id. */
  readonly paths: ReadonlyMap<string, string>;
}

/** A file or folder that was synthesised beside the templates. */
export interface Asset {
  /** Name in the bootstrap bucket, e.g. `<hash>.zip`. */
  readonly key: string;
  /** Name of the bootstrap bucket, with CloudFormation's placeholders of account and region. */
  readonly bucket: string;
  /** Absolute path of a file, or of a folder that AWS would see zipped. */
  readonly path: string;
  readonly packaging: 'file' | 'zip';
}

export interface Assembly {
  /** Every stack after those it depends on. */
  readonly stacks: readonly Stack[];
  readonly assets: readonly Asset[];
}

/** From the assembly's metadata; the template has them too where the app was asked for it. */
function pathsOf(artifact: CloudFormationStackArtifact, template: Template): Map<string, string> {
  const paths = new Map<string, string>();
  for (const { data, path } of artifact.findMetadataByType('aws:cdk:logicalId')) {
    paths.set(String(data), path.replace(/^\//, ''));
  }
  for (const [id, resource] of Object.entries(template.Resources)) {
    const path = resource.Metadata?.['aws:cdk:path'];
    if (typeof path === 'string') paths.set(id, path);
  }
  return paths;
}

function readStack(artifact: CloudFormationStackArtifact): Stack {
  const parsed = templateSchema.safeParse(artifact.template);
  if (!parsed.success) {
    throw new Error(`stack ${artifact.stackName}: ${problemsOf(parsed.error).join('; ')}`);
  }
  const { account, region } = artifact.environment;
  return {
    name: artifact.stackName,
    displayName: artifact.displayName,
    account: account.startsWith('unknown') ? undefined : account,
    region: region.startsWith('unknown') ? undefined : region,
    parameters: artifact.parameters,
    template: parsed.data,
    paths: pathsOf(artifact, parsed.data),
  };
}

/** Stacks after the stacks that they depend on; the assembly's own order otherwise. */
function inOrder(artifacts: readonly CloudFormationStackArtifact[]): CloudFormationStackArtifact[] {
  const done = new Set<CloudFormationStackArtifact>();
  const visit = (a: CloudFormationStackArtifact): void => {
    if (done.has(a)) return;
    for (const d of a.dependencies) {
      const stack = artifacts.find((s) => s.id === d.id);
      if (stack) visit(stack);
    }
    done.add(a);
  };
  for (const a of artifacts) visit(a);
  return [...done];
}

function readAssets(assembly: CloudAssembly): Asset[] {
  const out: Asset[] = [];
  for (const artifact of assembly.artifacts) {
    if (!(artifact instanceof AssetManifestArtifact)) continue;
    const { files = {}, dockerImages = {} } = artifact.contents;
    const image = Object.keys(dockerImages)[0];
    if (image !== undefined)
      throw new Error(`asset ${image} is a Docker image, which the local cloud has not`);
    for (const [id, file] of Object.entries(files)) {
      if (file.source.path === undefined) throw new Error(`asset ${id} is made by a command, not a path`);
      const path = resolve(assembly.directory, file.source.path);
      for (const d of Object.values(file.destinations)) {
        out.push({
          key: d.objectKey,
          bucket: d.bucketName,
          path,
          packaging: file.source.packaging === 'zip' ? 'zip' : 'file',
        });
      }
    }
  }
  return out;
}

/**
 * Reads `cdk.out` with the CDK's own cloud-assembly API.
 * @throws Error for a folder that is no cloud assembly or a template section that is not implemented
 */
export function readAssembly(directory: string): Assembly {
  if (!existsSync(join(directory, 'manifest.json'))) {
    throw new Error(`${directory} is not a cloud assembly: it has no manifest.json. Synthesise first.`);
  }
  const assembly = new CloudAssembly(directory, { skipEnumCheck: true });
  return { stacks: inOrder(assembly.stacksRecursively).map(readStack), assets: readAssets(assembly) };
}
