/**
 * ln Γ(x) for x > 0 by Stirling's series (Abramowitz and Stegun 6.1.41) where it has converged to double precision,
 * reached by Γ(x + 1) = x Γ(x).
 */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 12; z++) shift += Math.log(z);
  const y = 1 / (z * z);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/**
 * Upper regularised incomplete gamma function Q(a, x): the series 6.5.29 of Abramowitz and Stegun below a + 1, the
 * continued fraction 6.5.31 (evaluated forwards by Lentz's method) above. Absolute error below 1e-12.
 */
export function gammaQ(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - scale * sum);
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return scale * fraction;
}

/** P(X > x) of a χ² distribution. */
export const chiSquareTail = (x: number, degrees: number): number => gammaQ(degrees / 2, x / 2);

/** P(|Z| > |z|) of a standard normal variable. */
export const normalTails = (z: number): number => gammaQ(0.5, (z * z) / 2);

/**
 * P(K > λ) of Kolmogorov's distribution, the limit of √n·D: 2 Σ (−1)^(j−1) exp(−2 j² λ²) (Smirnov, Annals of Mathematical
 * Statistics 19, 1948); below 1, where that converges slowly, its theta-function form
 * 1 − (√(2π)/λ) Σ exp(−(2j − 1)² π² / (8 λ²)).
 */
export function kolmogorovTail(lambda: number): number {
  if (lambda <= 0.04) return 1;
  if (lambda < 1) {
    let sum = 0;
    for (let j = 1; j <= 5; j++) sum += Math.exp(-((2 * j - 1) ** 2 * Math.PI ** 2) / (8 * lambda ** 2));
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum));
  }
  let sum = 0;
  for (let j = 1; j <= 8; j++) sum += (j % 2 === 1 ? 2 : -2) * Math.exp(-2 * j ** 2 * lambda ** 2);
  return Math.min(1, Math.max(0, sum));
}
