import type { OnDemandFeatures } from '../../contracts/features.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';

/**
 * The model that a bundle is made for. Every `lambdas/<capability>/handler.ts` exports
 * `createHandler(model: Model)`; the bundler writes the entry that calls it with the validated definition (inlined as
 * JSON: the environment of a function holds 4 KB at most) and the model's `features.ts`.
 */
export interface Model {
  readonly definition: ModelDefinition;
  readonly features: OnDemandFeatures;
}
