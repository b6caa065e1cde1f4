import { describe, expect, it } from 'vitest';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';

describe('the drift check', () => {
  it('runs by the schedule of the model and knows for which time, and keeps what failed', async () => {
    const { monitoring } = await sampleTemplates({
      model: { schedule: { driftCheck: 'cron(30 7 * * ? *)', timeZone: 'Asia/Tokyo' } },
    });
    const [schedule] = Object.values(resourcesOf(monitoring, 'AWS::Scheduler::Schedule'));
    expect(schedule!.Properties).toMatchObject({
      ScheduleExpression: 'cron(30 7 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Tokyo',
      Target: { Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
    });
    monitoring.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2 });
  });
});
