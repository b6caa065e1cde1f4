import { type GateResult, show } from './gate-result.ts';

/** Nearest-rank quantile. */
const quantile = (values: readonly number[], q: number): number | null =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? null;

/** The 99th percentile of single predictions, in milliseconds, against the budget. */
export function latencyGate(milliseconds: readonly number[], budget: number): GateResult {
  const value = quantile(milliseconds, 0.99);
  const passed = value !== null && value <= budget;
  const said = value === null ? 'not defined (no prediction was made)' : `${show(value)} ms`;
  return {
    gate: 'latency.p99',
    metric: 'latencyP99Ms',
    passed,
    value,
    interval: null,
    threshold: budget,
    detail: `p99 of ${milliseconds.length} single predictions is ${said}, ${passed ? 'and' : 'but'} must be at most ${show(budget)} ms`,
  };
}

/** Size of the model file, in MB of 10⁶ bytes. */
export function sizeGate(bytes: number, maxMb: number): GateResult {
  const value = bytes / 1e6;
  const passed = value <= maxMb;
  return {
    gate: 'artifact.size',
    metric: 'artifactMb',
    passed,
    value,
    interval: null,
    threshold: maxMb,
    detail: `model.onnx is ${show(value)} MB, ${passed ? 'and' : 'but'} must be at most ${show(maxMb)} MB`,
  };
}
