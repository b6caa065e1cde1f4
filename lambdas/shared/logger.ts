import { Logger } from '@aws-lambda-powertools/logger';

/** Structured logger of a function; `capability` is its folder's name. */
export function createLogger(capability: string, model: string): Logger {
  return new Logger({ serviceName: `coalmine-${capability}`, persistentKeys: { model } });
}
export type { Logger };
