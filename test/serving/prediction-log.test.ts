import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { LOG_LINE_PATTERN } from '../../contracts/prediction.ts';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';
import { resourcesFor, statementsOf } from '../stacks/policies.ts';

describe('the prediction log', () => {
  let template: Template;
  beforeAll(async () => {
    template = (await sampleTemplates()).serving;
  });

  it('takes the lines of predictions and outcomes, and of nothing else', () => {
    const filters = Object.values(resourcesOf(template, 'AWS::Logs::SubscriptionFilter'));
    expect(filters).toHaveLength(2);
    for (const { Properties } of filters) expect(Properties['FilterPattern']).toBe(LOG_LINE_PATTERN);
  });

  it("puts one line a record under the model's prefix, a folder a day", () => {
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: {
        Prefix: 'predictions/sample/dt=!{timestamp:yyyy-MM-dd}/',
        CompressionFormat: 'GZIP',
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            { Type: 'Decompression' },
            { Type: 'CloudWatchLogProcessing' },
            { Type: 'AppendDelimiterToRecord' },
          ],
        },
      },
    });
  });

  it("writes under the model's prefixes only", () => {
    const resources = resourcesFor(statementsOf(template, 'PredictionLogRole'), 's3:PutObject');
    expect(resources).toContain('/predictions/sample/*');
    expect(resources).toContain('/errors/sample/*');
    expect(resources.match(/\/\*"/g)).toHaveLength(2);
  });
});
