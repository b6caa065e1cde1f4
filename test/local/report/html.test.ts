import { expect, it } from 'vitest';
import { DOMAIN_EVENT_TYPES } from '../../../contracts/events.ts';
import { toHtml, toJson } from '../../../local/report/html.ts';
import { sample } from './sample.ts';

it('the page needs nothing from elsewhere', () => {
  const html = toHtml(sample);
  expect(html).not.toMatch(/<script|<link|@import|url\((?!#)|src=/);
  expect(html.match(/<svg/g)!.length).toBe(6);
});

it('what came from outside is escaped', () => {
  expect(toHtml(sample)).toContain('to &lt;travel&gt; &amp; gaming');
});

it('says how it ended and why', () => {
  expect(toHtml(sample)).toContain('ended as expected');
  const failed = toHtml({ ...sample, ended: 'no rollback was seen by Sunday' });
  expect(failed).toContain('did not end as expected');
  expect(failed).toContain('no rollback was seen by Sunday');
});

it('equal data give an equal page', () => {
  expect(toHtml(sample)).toBe(toHtml(sample));
});

it('charts without data say so', () => {
  const none = { weights: {}, errorRate: {}, p99: {}, psi: [], aucByVersion: [], liveAuc: {} };
  expect(toHtml({ ...sample, series: none }).match(/Nothing to show/g)).toHaveLength(5);
});

it('report.json holds what programs need, with event types of the contract', () => {
  const report = toJson(sample);
  expect(Object.keys(report)).toEqual([
    'scenario',
    'model',
    'seed',
    'ended',
    'wallSeconds',
    'timeline',
    'figures',
  ]);
  for (const entry of report.timeline) expect(DOMAIN_EVENT_TYPES).toContain(entry.type);
});
