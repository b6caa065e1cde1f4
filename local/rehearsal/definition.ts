import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { loadModels } from '../../models/index.ts';

/** The validated definition of one model. */
export async function definitionOf(model: string): Promise<ModelDefinition> {
  const [definition] = await loadModels([model]);
  return definition!;
}
