import { RemovalPolicy } from 'aws-cdk-lib';
import type { Stage } from '../../contracts/names.ts';

/** What differs between stages, and where the code comes from. */
export interface StageSettings {
  readonly stage: Stage;
  /** Git commit of the synthesised code, or `unknown`. */
  readonly commit: string;
  /** What happens to data when its stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether the registry refuses to be deleted at all. */
  readonly deletionProtection: boolean;
}

/** Data outlives its stack where people depend on it; elsewhere it goes with it, once its buckets are emptied. */
export function stageSettings(stage: Stage, commit: string): StageSettings {
  const kept = stage === 'prod' || stage === 'staging';
  return {
    stage,
    commit,
    removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: stage === 'prod',
  };
}
