import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelDefinition } from '../contracts/model-definition.ts';

/** A model was asked for that has no folder, or a folder holds another model than it says. */
export class UnknownModel extends Error {
  override readonly name = 'UnknownModel';
}

/** Names of the model folders under `folder`, in order. */
export function modelNames(folder: string = import.meta.dirname): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'model.ts')))
    .map((entry) => entry.name)
    .sort();
}

/**
 * Loads model definitions.
 * @param names which ones, as their folders are named; all by default
 * @throws UnknownModel naming the model and those there are
 * @throws InvalidModelDefinition naming every invalid field
 */
export async function loadModels(
  names?: readonly string[],
  folder: string = import.meta.dirname,
): Promise<ModelDefinition[]> {
  const known = modelNames(folder);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UnknownModel(`model '${unknown}' has no folder; there are: ${known.join(', ')}`);
  }
  return Promise.all((names ?? known).map((name) => load(name, folder)));
}

async function load(name: string, folder: string): Promise<ModelDefinition> {
  const file = join(folder, name, 'model.ts');
  const { default: definition } = (await import(pathToFileURL(file).href)) as { default: ModelDefinition };
  if (definition.name !== name) {
    throw new UnknownModel(
      `models/${name}/model.ts describes '${definition.name}': folder and name must agree`,
    );
  }
  return definition;
}
