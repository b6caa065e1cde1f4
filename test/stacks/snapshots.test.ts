import { beforeAll, describe, expect, it } from 'vitest';
import { sampleTemplates, type Templates } from './app.ts';

/** Hashes of assets say nothing about the stack. */
const normalised = (template: unknown) =>
  JSON.parse(JSON.stringify(template).replace(/\b[0-9a-f]{64}\b/g, '<asset>')) as unknown;

describe('the templates', () => {
  let templates: Templates;
  beforeAll(async () => {
    templates = await sampleTemplates({ stage: 'prod' });
  });

  it.each(['storage', 'serving', 'training', 'monitoring'] as const)(
    'of the %s stack are as they were',
    (name) => {
      expect(normalised(templates[name].toJSON())).toMatchSnapshot();
    },
  );
});
