import { ENV } from '../../contracts/names.ts';

export type EnvName = keyof typeof ENV;

/**
 * Reads the environment variables a function needs, once, at start.
 * @param env normally `process.env`
 * @throws Error naming every variable that is missing or empty
 */
export function readEnv<K extends EnvName>(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly K[],
): Readonly<Record<K, string>> {
  const missing = names.filter((n) => !env[ENV[n]]).map((n) => ENV[n]);
  if (missing.length > 0)
    throw new Error(`environment variable${missing.length > 1 ? 's' : ''} ${missing.join(', ')} not set`);
  return Object.fromEntries(names.map((n) => [n, env[ENV[n]]])) as Record<K, string>;
}
