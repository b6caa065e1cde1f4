import jsonata from 'jsonata';
import type { Randomness } from '../../types.ts';
import { StateError } from './errors.ts';
import { statesFunctions } from './functions.ts';

/** What expressions see: `$states` and the variables in scope, without their dollar signs. */
export type Bindings = Record<string, unknown>;

export const isExpression = (text: unknown): text is string =>
  typeof text === 'string' && text.startsWith('{%') && text.endsWith('%}');

const failed = (cause: string): StateError => new StateError('States.QueryEvaluationError', cause);
const typeName = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/** Compiles JSONata once and evaluates it as Step Functions does. Time and randomness are the cloud's. */
export class Expressions {
  readonly #compiled = new Map<string, jsonata.Expression>();
  readonly #random: Randomness;
  readonly #now: () => number;

  /** @param now virtual epoch milliseconds, for `$now` and `$millis` */
  constructor(random: Randomness, now: () => number) {
    this.#random = random;
    this.#now = now;
  }

  /**
   * Evaluates every `{% … %}` string inside `template`; everything else is itself.
   * @param field for messages, e.g. `Output`
   * @throws StateError States.QueryEvaluationError
   */
  async evaluate(template: unknown, bindings: Bindings, field: string): Promise<unknown> {
    if (isExpression(template)) return this.#run(template.slice(2, -2).trim(), bindings, field);
    if (Array.isArray(template))
      return Promise.all(template.map((item, i) => this.evaluate(item, bindings, `${field}[${i}]`)));
    if (template !== null && typeof template === 'object') {
      const out: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(template))
        out[key] = await this.evaluate(value, bindings, `${field}/${key}`);
      return out;
    }
    return template;
  }

  /** As {@link evaluate}, for fields that must be a number. */
  async number(template: unknown, bindings: Bindings, field: string): Promise<number> {
    const value = await this.evaluate(template, bindings, field);
    if (typeof value !== 'number' || value < 0)
      throw failed(`The field '${field}' must be a number of at least 0, but is ${JSON.stringify(value)}`);
    return value;
  }

  async #run(source: string, bindings: Bindings, field: string): Promise<unknown> {
    const where = `The JSONata expression '${source}' specified for the field '${field}'`;
    let value: unknown;
    try {
      value = await this.#compile(source).evaluate(undefined, bindings);
    } catch (e) {
      const message = (e as { message?: string }).message ?? String(e);
      throw failed(`${where} threw an error during evaluation. ${message}`);
    }
    if (value === undefined) throw failed(`${where} returned nothing (undefined).`);
    if (typeof value === 'function' || (value as { _jsonata_lambda?: true } | null)?._jsonata_lambda)
      throw failed(`${where} returned an unsupported result type, a function.`);
    // Sequences carry hidden properties and results may share structure with their input: hand out plain JSON.
    const text = JSON.stringify(value);
    if (text === undefined) throw failed(`${where} returned an unsupported result type, ${typeName(value)}.`);
    return JSON.parse(text);
  }

  #compile(source: string): jsonata.Expression {
    const known = this.#compiled.get(source);
    if (known) return known;
    const expression = jsonata(source);
    for (const f of statesFunctions(this.#random)) expression.registerFunction(f.name, f.run, f.signature);
    const now = this.#now;
    expression.registerFunction('millis', () => now(), '<:n>');
    const format = jsonata('$fromMillis($at, $picture, $zone)');
    const plain = jsonata('$fromMillis($at)');
    expression.registerFunction(
      'now',
      (picture?: string, zone?: string) =>
        picture === undefined
          ? plain.evaluate(undefined, { at: now() })
          : format.evaluate(undefined, { at: now(), picture, zone }),
      '<s?s?:s>',
    );
    this.#compiled.set(source, expression);
    return expression;
  }
}
