import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { RUNBOOK_SECTIONS } from '../../lib/alarms/runbook-alarm.ts';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';

interface MetricQuery {
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: { Dimensions: { Name: string; Value: unknown }[] } };
}

describe('the alarms', () => {
  let template: Template;
  let alarms: [string, Record<string, unknown>][];
  beforeAll(async () => {
    template = (await sampleTemplates({ model: { alarms: { errorRate: 0.03, p99Ms: 250, minutes: 4 } } }))
      .monitoring;
    alarms = Object.entries(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(([id, r]) => [
      id,
      r.Properties,
    ]);
  });

  const alarm = (fragment: string): Record<string, unknown> => {
    const found = alarms.filter(([id]) => id.includes(fragment));
    expect(found).toHaveLength(1);
    return found[0]![1];
  };

  it('each say which section of the runbook helps, and each section has an alarm', () => {
    const sections = alarms.map(
      ([, a]) => /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(a['AlarmDescription']))?.[1],
    );
    expect(sections).not.toContain(undefined);
    expect([...new Set(sections)].sort()).toEqual([...RUNBOOK_SECTIONS].sort());
  });

  it('each tell people, of the end as well', () => {
    for (const [, properties] of alarms) {
      expect(properties['AlarmActions']).toHaveLength(1);
      expect(properties['OKActions']).toEqual(properties['AlarmActions']);
    }
  });

  it.each(['blue', 'green'])(
    'of slot %s count errors against predictions, and the p99 of latency',
    (slot) => {
      const rate = alarm(`ErrorRate${slot}`);
      const queries = rate['Metrics'] as MetricQuery[];
      expect(queries.find((q) => q.Expression)?.Expression).toBe(`errors_${slot} / predictions_${slot}`);
      for (const { MetricStat } of queries.filter((q) => q.MetricStat)) {
        expect(MetricStat!.Metric.Dimensions).toEqual([
          { Name: 'model', Value: 'sample' },
          { Name: 'slot', Value: slot },
        ]);
      }
      expect(rate).toMatchObject({ Threshold: 0.03, DatapointsToAlarm: 4, TreatMissingData: 'notBreaching' });
      expect(alarm(`P99${slot}`)).toMatchObject({
        Threshold: 250,
        ExtendedStatistic: 'p99',
        Period: 60,
        DatapointsToAlarm: 4,
        TreatMissingData: 'notBreaching',
      });
    },
  );

  it('of the alias use the dimensions that Lambda publishes for it', () => {
    const text = JSON.stringify(alarm('LiveErrors')['Metrics']);
    expect(text).toContain('"Name":"Resource"');
    expect(text).toContain(':live');
    expect(text).not.toContain('ExecutedVersion');
  });

  it('page for a rollback that fails, times out or takes longer than three minutes', () => {
    const text = JSON.stringify(alarm('RollbackFailed')['Metrics']);
    for (const metric of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'])
      expect(text).toContain(metric);
    expect(alarm('RollbackSlow')).toMatchObject({ MetricName: 'RollbackSeconds', Threshold: 180 });
  });

  it('notice when no retrain has succeeded in 8 days', () => {
    expect(alarm('RetrainMissing')).toMatchObject({ MetricName: 'HoursSinceRetrain', Threshold: 192 });
  });

  it('watch the dead letters of every stack', () => {
    expect(alarms.filter(([id]) => id.includes('DeadLetters'))).toHaveLength(4);
  });

  it('start a rollback with the slot that is sick, and with none for the alias', () => {
    const rules = Object.entries(resourcesOf(template, 'AWS::Events::Rule')).flatMap(([id, r]) =>
      id.startsWith('Rollback') ? [r.Properties] : [],
    );
    const started = rules.map((rule) => {
      const [target] = rule['Targets'] as { InputTransformer: { InputTemplate: string } }[];
      const pattern = rule['EventPattern'] as { resources: unknown[] };
      return {
        slot: /"slot":("\w+"|null)/.exec(target!.InputTransformer.InputTemplate)?.[1],
        by: target!.InputTransformer.InputTemplate.includes('"by":"alarm:<detail-alarmName>"'),
        alarms: pattern.resources.length,
      };
    });
    expect(started.sort((a, b) => String(a.slot).localeCompare(String(b.slot)))).toEqual([
      { slot: '"blue"', by: true, alarms: 2 },
      { slot: '"green"', by: true, alarms: 2 },
      { slot: 'null', by: true, alarms: 1 },
    ]);
  });

  it('are joined by word of executions that somebody stopped or that ran out of time', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['ABORTED', 'TIMED_OUT'] },
      },
    });
    const [stopped] = Object.entries(resourcesOf(template, 'AWS::Events::Rule')).filter(([id]) =>
      id.startsWith('Stopped'),
    );
    const pattern = stopped![1].Properties['EventPattern'] as { detail: { stateMachineArn: unknown[] } };
    expect(pattern.detail.stateMachineArn).toHaveLength(3);
  });

  it('are on the dashboard, beside predictions, errors, latency, weights, drift and AUC', () => {
    const [dashboard] = Object.values(resourcesOf(template, 'AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard!.Properties['DashboardBody']);
    for (const metric of [
      'Predictions',
      'Errors',
      'Latency',
      'p50',
      'p99',
      'share blue',
      'share green',
      'DriftMaxPsi',
      'GoldenAuc',
    ])
      expect(body).toContain(metric);
  });
});
