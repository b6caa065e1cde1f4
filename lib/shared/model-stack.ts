import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { CodeSource } from '../lambda/code.ts';
import type { StorageStack } from '../stacks/storage-stack.ts';
import type { StageSettings } from './stage.ts';

/** What every stack of a model is made from. */
export interface ModelStackProps {
  readonly definition: ModelDefinition;
  readonly settings: StageSettings;
  readonly code: CodeSource;
  /** The shared, stateful stack. */
  readonly storage: StorageStack;
}
