import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/app.ts';
import { bundle } from '../../lib/lambda/bundle.ts';
import { FunctionCode } from '../../lib/lambda/code.ts';
import { sampleModel } from '../stacks/app.ts';

const HANDLER = `
import { InferenceSession } from 'onnxruntime-node';
export const createHandler = async (model) => async (event) =>
  ({ model: model.definition.name, doubled: model.features.doubled(event), runtime: typeof InferenceSession.create });
`;

/** A project of one capability and one model. */
function project(): string {
  const root = mkdtempSync(join(tmpdir(), 'coalmine-project-'));
  mkdirSync(join(root, 'lambdas', 'inference'), { recursive: true });
  mkdirSync(join(root, 'models', 'sample'), { recursive: true });
  writeFileSync(join(root, 'lambdas', 'inference', 'handler.ts'), HANDLER);
  writeFileSync(
    join(root, 'models', 'sample', 'features.ts'),
    'export default { doubled: (raw: { x: number }) => raw.x * 2 };',
  );
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/** Synthesises one function and gives the folder of its asset. */
function asset(root: string, model = sampleModel()): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'coalmine-assets-')) });
  const code = new FunctionCode({ root, models: [model], capabilities: ['inference'] });
  new LambdaFunction(new Stack(app, 'stack'), 'Function', {
    code: code.of('inference', model.name),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.X86_64,
  });
  const { directory } = app.synth();
  return join(directory, readdirSync(directory).find((name) => /^asset\.[0-9a-f]+$/.test(name))!);
}

describe('the bundle of a function', () => {
  let root: string;
  let folder: string;
  beforeAll(() => {
    root = project();
    folder = asset(root);
  });

  it('runs by itself, with the definition and the features of its model', () => {
    const script = `const { handler } = await import('${folder}/index.mjs'); console.log(JSON.stringify(await handler({ x: 4 })));`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      cwd: tmpdir(),
    });
    expect(JSON.parse(out)).toEqual({ model: 'sample', doubled: 8, runtime: 'function' });
  });

  it('ships the native package for Linux x64 and for nothing else', () => {
    const bin = join(folder, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
    expect(readdirSync(bin)).toEqual(['linux']);
    expect(readdirSync(join(bin, 'linux'))).toEqual(['x64']);
    expect(existsSync(join(folder, 'node_modules', '@duckdb'))).toBe(false);
  });

  it('has the same hash for the same content, another for another definition or handler', () => {
    const hash = (path: string) => path.split('asset.')[1];
    expect(hash(asset(root))).toBe(hash(folder));
    expect(hash(asset(root, sampleModel({ description: 'Another.' })))).not.toBe(hash(folder));
    const other = project();
    writeFileSync(join(other, 'lambdas', 'inference', 'handler.ts'), `${HANDLER}console.log('changed');`);
    expect(hash(asset(other))).not.toBe(hash(folder));
  });

  it('fails with file and line when a handler does not compile', () => {
    const broken = project();
    writeFileSync(join(broken, 'lambdas', 'inference', 'handler.ts'), 'export const createHandler = (;');
    expect(() => bundle({ root: broken, models: [sampleModel()], capabilities: ['inference'] })).toThrow(
      /handler\.ts:1:/,
    );
  });

  it('is not made for a model that there is not', () => {
    const code = new FunctionCode({ root, models: [sampleModel()], capabilities: ['inference'] });
    expect(() => code.of('inference', 'other')).toThrow("no bundle of 'inference' for model 'other'");
  });
});
