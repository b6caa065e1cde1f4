// Finds the handler in the task root by the rules of the managed Node.js runtime.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** An error whose name is the `errorType` that Lambda reports. */
export class RuntimeError extends Error {
  constructor(type, message, cause) {
    super(message, { cause });
    this.name = type;
  }
}

/** The order in which the runtime tries endings. */
const ENDINGS = ['.js', '.mjs', '.cjs'];

/**
 * @param root the task root
 * @param handler `path/to/module.exported.name`
 */
export async function loadHandler(root, handler) {
  const folder = dirname(handler);
  const [, module, names] = basename(handler).match(/^([^.]*)\.(.*)$/) ?? [];
  if (!module || !names || handler.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name.`);
  const file = ENDINGS.map((e) => join(root, folder, module + e)).find((f) => existsSync(f));
  if (!file)
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}' in ${root}`);
  const exported = await importModule(file);
  const found = find(exported, names) ?? find(exported.default, names);
  if (found === undefined)
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function')
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  if (found.length > 2)
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'This runtime takes no callback handlers: return a promise instead.',
    );
  return found;
}

async function importModule(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND')
      throw new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`, error);
    throw error;
  }
}

const find = (exported, names) => names.split('.').reduce((o, name) => o?.[name], exported);
