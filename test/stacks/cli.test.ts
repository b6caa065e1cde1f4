import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/app.ts';
import { modelNames } from '../../models/index.ts';

const run = promisify(execFile);
const program = join(ROOT, 'bin', 'coalmine.ts');

/** What the program says before it gives up. */
async function refusal(...args: string[]): Promise<string> {
  const failed = await run(process.execPath, [program, ...args]).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  expect(failed?.code).toBe(1);
  return failed!.stderr.trim();
}

const templates = (folder: string) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties: { templateFile: string } }>;
  };
  return Object.values(manifest.artifacts)
    .filter((artifact) => artifact.type === 'aws:cloudformation:stack')
    .map(({ properties }) => [
      properties.templateFile,
      readFileSync(join(folder, properties.templateFile), 'utf8'),
    ]);
};

describe('node bin/coalmine.ts', () => {
  it('synthesises every model folder, offline and twice to the same templates', async () => {
    const folders = ['first', 'second'].map((name) => mkdtempSync(join(tmpdir(), `coalmine-${name}-`)));
    for (const folder of folders) {
      // A proxy that nobody is: any call out fails.
      const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9', AWS_EC2_METADATA_DISABLED: 'true' };
      await run(process.execPath, [program, '-c', 'stage=local', '--output', folder], { env });
    }
    const [first, second] = folders.map(templates);
    expect(second).toEqual(first);
    const expected = modelNames().flatMap((model) =>
      ['monitoring', 'serving', 'training'].map((stack) => `coalmine-local-${model}-${stack}.template.json`),
    );
    expect(first!.map(([file]) => file).sort()).toEqual(
      [...expected, 'coalmine-local-storage.template.json'].sort(),
    );
  });

  it('names the stages that there are when the stage is wrong', async () => {
    expect(await refusal('-c', 'stage=production')).toBe(
      "stage 'production' is not one of dev, staging, prod, local",
    );
  });

  it('names the models that there are when the model is unknown', async () => {
    expect(await refusal('-c', 'models=nobody')).toBe(
      `model 'nobody' has no folder; there are: ${modelNames().join(', ')}`,
    );
  });

  it('says what is wrong with an option in one line', async () => {
    expect(await refusal('--stage', 'dev')).toMatch(/^Unknown option '--stage'[^\n]*$/);
    expect(await refusal('-c', 'stage')).toBe("context 'stage' must be key=value");
  });
});
