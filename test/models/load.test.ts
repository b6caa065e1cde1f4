import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/app.ts';
import { loadModels, modelNames } from '../../models/index.ts';

/** A folder with one model. */
function folder(name: string, model: string): string {
  const root = mkdtempSync(join(tmpdir(), 'coalmine-models-'));
  mkdirSync(join(root, name));
  const source = `import { defineModel } from '${join(ROOT, 'contracts', 'model-definition.ts')}';\nexport default defineModel(${model});`;
  writeFileSync(join(root, name, 'model.ts'), source);
  return root;
}

const VALID = `{ name: 'one', description: 'One.', task: 'binary', entity: 'id', eventTime: 'at',
  label: { column: 'y' }, features: [{ name: 'x', kind: 'numeric' }] }`;

describe('the models', () => {
  it('are the folders that hold a definition', async () => {
    const root = folder('one', VALID);
    mkdirSync(join(root, 'notes'));
    expect(modelNames(root)).toEqual(['one']);
    expect((await loadModels(undefined, root)).map((m) => m.name)).toEqual(['one']);
  });

  it('fail with the name of the invalid field', async () => {
    const root = folder('one', VALID.replace("'binary'", "'regression'"));
    await expect(loadModels(['one'], root)).rejects.toThrow(/model 'one' is not valid:\n {2}task: /);
  });

  it('must be named as their folder is', async () => {
    await expect(loadModels(undefined, folder('two', VALID))).rejects.toThrow(
      "models/two/model.ts describes 'one': folder and name must agree",
    );
  });
});
