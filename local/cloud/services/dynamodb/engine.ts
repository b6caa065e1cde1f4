import { createRequire } from 'node:module';
import { AwsError, type Shape } from '../../types.ts';

/** What dynalite answers an error with. */
interface DynaliteError extends Error {
  readonly statusCode?: number;
  readonly body?: { readonly __type: string; readonly message?: string; readonly Message?: string };
}
type Callback = (error: DynaliteError | null, data: Shape) => void;
interface Store {
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly lifecycleManager: { gracefulClose(done: (error: unknown) => void): void };
}
interface Database {
  create(options: { createTableMs: number }): Store;
  checkConditional(data: Shape, item: Shape): DynaliteError | null | undefined;
  itemSize(item: Shape): number;
}
interface Validations {
  checkTypes(data: Shape, types: Shape): Shape;
  checkValidations(data: Shape, types: Shape, custom: Shape, store: Store): void;
}

// dynalite is CommonJS without types. Its parts are used one by one: its HTTP server would cost a socket a request.
const require = createRequire(import.meta.url);
const database = require('dynalite/db') as Database;
const validations = require('dynalite/validations') as Validations;

/** Operations that dynalite has and this cloud offers. */
export const ENGINE_OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
] as const;
export type EngineOperation = (typeof ENGINE_OPERATIONS)[number];

interface Loaded {
  readonly action: (store: Store, data: Shape, done: Callback) => void;
  readonly types: Shape;
  readonly custom: Shape;
}
const load = (operation: EngineOperation): Loaded => {
  const name = operation[0]!.toLowerCase() + operation.slice(1);
  const { types, custom } = require(`dynalite/validations/${name}`) as Pick<Loaded, 'types' | 'custom'>;
  return { action: require(`dynalite/actions/${name}`) as Loaded['action'], types, custom };
};
const loaded = Object.fromEntries(ENGINE_OPERATIONS.map((o) => [o, load(o)])) as Record<
  EngineOperation,
  Loaded
>;

function awsError(error: DynaliteError): Error {
  if (!error.body) return error;
  const code = error.body.__type.split('#').at(-1)!;
  return new AwsError(code, error.body.message ?? error.body.Message ?? '', error.statusCode ?? 400);
}

/** dynalite without its server: validated operations on tables in memory. */
export class Engine {
  readonly #store: Store;

  constructor(account: string, region: string) {
    // 0: a table is active in the next turn of the event loop.
    this.#store = database.create({ createTableMs: 0 });
    this.#store.tableDb.awsAccountId = account;
    this.#store.tableDb.awsRegion = region;
  }

  /** @throws AwsError as DynamoDB does, e.g. ValidationException, ConditionalCheckFailedException */
  run(operation: EngineOperation, input: Shape): Promise<Shape> {
    const data = this.parse(operation, input);
    return new Promise((resolve, reject) => {
      loaded[operation].action(this.#store, data, (error, out) =>
        error ? reject(awsError(error)) : resolve(out),
      );
    });
  }

  /** Validates an input and compiles its expressions. @throws AwsError ValidationException, SerializationException */
  parse(operation: EngineOperation, input: Shape): Shape {
    const { types, custom } = loaded[operation];
    try {
      const data = validations.checkTypes(structuredClone(input), types);
      validations.checkValidations(data, types, custom, this.#store);
      return data;
    } catch (e) {
      throw awsError(e as DynaliteError);
    }
  }

  /** Whether the condition of a parsed input holds for an item; true when it has none. */
  holds(parsed: Shape, item: Shape | undefined): boolean {
    return !database.checkConditional(parsed, item);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#store.lifecycleManager.gracefulClose((e) => (e ? reject(e) : resolve()));
    });
  }
}
