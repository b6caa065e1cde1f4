import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/app.ts';
import { SERVICES } from '../../local/cloud/services/index.ts';
import { supportDocument } from '../../local/cloud/support.ts';
import { anchorOf, anchorsOf, brokenLinks, documents } from './markdown.ts';

describe('the documents', () => {
  it('are all there', () => {
    expect(documents(ROOT)).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/architecture.md',
        'docs/local-support.md',
        'docs/runbook.md',
      ]),
    );
  });

  it.each(documents(ROOT))('%s has no relative link that leads nowhere', (file) => {
    expect(brokenLinks(ROOT, file)).toEqual([]);
  });

  it('on local support says what the services declare; if not: node local/cloud/support.ts > docs/local-support.md', () => {
    const written = readFileSync(join(ROOT, 'docs/local-support.md'), 'utf8');
    expect(written).toBe(supportDocument(SERVICES.map((create) => create())));
  });
});

describe('reading Markdown', () => {
  it('gives headings the anchors that GitHub gives them', () => {
    expect(anchorOf('p99 latency')).toBe('p99-latency');
    expect(anchorOf('What `cdk deploy` does, and why')).toBe('what-cdk-deploy-does-and-why');
  });

  it('takes no comment of a shell for a heading', () => {
    expect(anchorsOf('# One\n\n```sh\n# not a heading\n```\n\n## Two\n')).toEqual(['one', 'two']);
  });
});
