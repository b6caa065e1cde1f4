import type { NativePackage } from './native.ts';

/** A capability that runs in Lambda: the folder under `lambdas/` and the name of its function. */
export const CAPABILITIES = [
  'dataset',
  'evaluation',
  'registry',
  'retention',
  'release',
  'rollback',
  'drift',
  'inference',
  'outcomes',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Native packages that cannot be bundled and travel beside the bundle, by capability. */
export const NATIVE: Readonly<Record<Capability, readonly NativePackage[]>> = {
  dataset: ['duckdb'],
  evaluation: ['onnxruntime', 'duckdb'],
  registry: [],
  retention: [],
  release: [],
  rollback: [],
  drift: ['duckdb'],
  inference: ['onnxruntime'],
  outcomes: [],
};
