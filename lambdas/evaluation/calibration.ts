/**
 * Probabilities are clipped to [CLIP, 1 − CLIP] before the logarithm, so that one confident mistake costs 34.5 nats
 * and not infinity. 1e-15 is the customary constant (scikit-learn used it until 1.3); scores are float32, so every
 * score below 1 that it can hold is at least 6e-8 away from 1 and only exact 0 and 1 are clipped in practice.
 */
export const CLIP = 1e-15;

/**
 * Mean negative log-likelihood of a Bernoulli label: −mean(y ln p + (1 − y) ln(1 − p)), in nats.
 * @returns null when there are no rows
 */
export function logLoss(labels: Uint8Array, scores: Float64Array): number | null {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - CLIP, Math.max(CLIP, scores[i]!));
    sum -= labels[i] === 1 ? Math.log(p) : Math.log1p(-p);
  }
  return sum / labels.length;
}

/**
 * Brier score: mean((p − y)²) (Brier, Monthly Weather Review 78, 1950, in the form for two classes: 0 is best, 1 worst).
 * @returns null when there are no rows
 */
export function brier(labels: Uint8Array, scores: Float64Array): number | null {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (scores[i]! - labels[i]!) ** 2;
  return sum / labels.length;
}
