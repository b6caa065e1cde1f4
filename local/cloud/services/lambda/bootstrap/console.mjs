// The managed runtime prefixes what a handler prints by `console`; what it writes to stdout itself stays as it is.
import { format } from 'node:util';

const LEVELS = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR' };
const ORDER = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

let requestId = 'undefined';
/** Lines printed from now on belong to this request. */
export const setRequestId = (id) => {
  requestId = id;
};

/**
 * @param json whether the function's log format is JSON
 * @param least level below which lines are dropped (JSON only, as in Lambda)
 */
export function patchConsole(json, least) {
  const write = process.stdout.write.bind(process.stdout);
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...args) => {
      if (!json) {
        // One call is one log event: a line break inside becomes a carriage return.
        const text = format(...args).replaceAll('\n', '\r');
        write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
      } else if (ORDER.indexOf(level) >= ORDER.indexOf(least)) {
        write(`${JSON.stringify(record(level, args))}\n`);
      }
    };
  }
}

function record(level, args) {
  const base = { timestamp: new Date().toISOString(), level, requestId };
  const [first] = args;
  if (args.length === 1 && first instanceof Error)
    return { ...base, ...describe(first), message: first.message };
  if (args.length === 1 && typeof first === 'object' && first !== null) {
    try {
      return { ...base, message: JSON.parse(JSON.stringify(first)) };
    } catch {
      return { ...base, message: format(first) };
    }
  }
  return { ...base, message: format(...args) };
}

/** An error as Lambda reports it. */
export function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || 'Error',
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}
