import { AwsError } from '../../types.ts';
import { compileJsonPattern, type LineMatcher } from './json-pattern.ts';

/** Terms of an unstructured pattern: all plain ones must be in the line, one of the `?` ones, none of the `-` ones. */
function compileTerms(pattern: string): LineMatcher {
  const terms = [...pattern.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign, quoted, bare]) => ({
      sign,
      text: quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1'),
    }),
  );
  const all = terms.filter((t) => t.sign === '').map((t) => t.text);
  const any = terms.filter((t) => t.sign === '?').map((t) => t.text);
  const none = terms.filter((t) => t.sign === '-').map((t) => t.text);
  return (line) =>
    all.every((t) => line.includes(t)) &&
    (any.length === 0 || any.some((t) => line.includes(t))) &&
    !none.some((t) => line.includes(t));
}

/** Parses a line that may be JSON; undefined for one that is not. Most diagnostics are not, and cost one look. */
export function parseLine(line: string): unknown {
  const first = line.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Compiles a CloudWatch Logs filter pattern: empty (everything), `{ JSON }` or terms. Patterns in brackets (space-
 * delimited fields) and regular expressions in `%` are not implemented.
 * @throws AwsError InvalidParameterException
 */
export function compileFilter(pattern: string): LineMatcher {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('[') || text.startsWith('%')) {
    throw new AwsError(
      'InvalidParameterException',
      `filter pattern ${text} is of a kind that is not implemented`,
    );
  }
  if (!text.startsWith('{')) return compileTerms(text);
  if (!text.endsWith('}')) throw new AwsError('InvalidParameterException', `Invalid filter pattern: ${text}`);
  try {
    const matches = compileJsonPattern(text.slice(1, -1));
    return (line) => {
      const document = parseLine(line);
      return document !== undefined && matches(document);
    };
  } catch (e) {
    throw new AwsError('InvalidParameterException', `Invalid filter pattern: ${(e as Error).message}`);
  }
}
