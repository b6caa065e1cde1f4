import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVED_TAG } from '../../contracts/names.ts';
import { resourcesOf, sampleTemplates, type Templates } from '../stacks/app.ts';
import { actionsOf, resourcesFor, statementsOf } from '../stacks/policies.ts';

interface Rule {
  readonly Prefix?: string;
  readonly ExpirationInDays?: number;
}

describe('retention', () => {
  let t: Templates;
  beforeAll(async () => {
    t = await sampleTemplates();
  });

  it('runs once a day', () => {
    t.training.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(30 3 * * ? *)',
      Target: Match.objectLike({
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RetentionFunction'), 'Arn'] },
      }),
    });
  });

  it('may tag sealed objects of its model, and delete or write nothing in S3', () => {
    const statements = statementsOf(t.training, 'RetentionRole');
    const s3 = actionsOf(statements).filter((a) => a.startsWith('s3:'));
    expect(s3).toEqual(['s3:PutObjectTagging', 's3:PutObjectVersionTagging']);
    expect(resourcesFor(statements, 's3:PutObjectVersionTagging')).toContain('/models/sample/*');
    expect(actionsOf(statements).filter((a) => /Delete/.test(a))).toEqual([]);
  });

  it('moves what carries the tag to storage that is read at once', () => {
    t.storage.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({
            Prefix: 'models/',
            TagFilters: [{ Key: ARCHIVED_TAG.key, Value: ARCHIVED_TAG.value }],
            Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 1 }],
          }),
        ]),
      },
    });
  });

  it('lets no rule expire a sealed version, a dataset version or a golden set', () => {
    const rules = Object.values(resourcesOf(t.storage, 'AWS::S3::Bucket')).flatMap(
      ({ Properties }) => (Properties['LifecycleConfiguration'] as { Rules: Rule[] }).Rules,
    );
    const expiring = rules.filter((r) => r.ExpirationInDays !== undefined).map((r) => r.Prefix ?? '');
    expect(expiring.length).toBeGreaterThan(0);
    for (const kept of ['models/sample/', 'datasets/sample/', 'golden/sample/'])
      expect(expiring.filter((prefix) => kept.startsWith(prefix))).toEqual([]);
  });
});
