import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { RUNBOOK_SECTIONS } from '../../lib/alarms/runbook-alarm.ts';
import { ROOT } from '../../lib/app.ts';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';
import { anchorsOf } from './markdown.ts';

/** What every section of an alarm says, in this order. */
const PARTS = ['**First look.**', '**What to do.**', '**Verify.**'];

describe('the runbook', () => {
  let descriptions: string[];
  beforeAll(async () => {
    const templates = Object.values(await sampleTemplates());
    descriptions = templates
      .flatMap((template) => Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')))
      .map(({ Properties }) => String(Properties['AlarmDescription']));
  });

  it('is where every link in the description of an alarm leads, heading included', () => {
    expect(descriptions.length).toBeGreaterThan(0);
    for (const description of descriptions) {
      const [, file, anchor] = /(\S+\.md)#(\S+)$/.exec(description) ?? [];
      expect(file, description).toBeDefined();
      expect(existsSync(join(ROOT, file!)), description).toBe(true);
      expect(anchorsOf(readFileSync(join(ROOT, file!), 'utf8')), description).toContain(anchor);
    }
  });

  it('asks the stacks only for outputs that they have', async () => {
    const templates = await sampleTemplates();
    const text = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
    const asked = [...text.matchAll(/\b(?:out|start) (storage|serving|training|monitoring) (\w+)/g)];
    expect(asked.length).toBeGreaterThan(10);
    for (const [call, stack, output] of asked)
      expect(Object.keys(templates[stack as keyof typeof templates].findOutputs('*')), call).toContain(
        output,
      );
  });

  it.each(RUNBOOK_SECTIONS)('says under %s what to look at, what to do and how to verify', (section) => {
    const sections = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8').split(/^(?=#{1,2} )/m);
    const text = sections.find((s) => anchorsOf(s)[0] === section);
    const at = PARTS.map((part) => text?.indexOf(part) ?? -1);
    expect(at).not.toContain(-1);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });
});
