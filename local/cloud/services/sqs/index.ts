import { type Access, AwsError, type Cloud, type Operation, type Service, type Shape } from '../../types.ts';
import { kmsUse, metricSink } from '../common.ts';
import { type Message, md5, type Queue } from './queue.ts';
import { queueTypes } from './resources.ts';

/** CloudWatch hears of a queue each minute while it holds something, and once when it is empty again. */
const METRIC_MS = 60_000;

function reportMinutely(cloud: Cloud, queue: Queue): () => void {
  let ticking = false;
  const report = () => {
    const now = cloud.clock.now();
    const { visible, inFlight, delayed } = queue.counts(now);
    const send = (name: string, value: number, unit: string) =>
      metricSink(cloud)?.record?.('AWS/SQS', name, { QueueName: queue.options.name }, value, unit, now);
    send('ApproximateNumberOfMessagesVisible', visible, 'Count');
    send('ApproximateNumberOfMessagesNotVisible', inFlight, 'Count');
    send('ApproximateAgeOfOldestMessage', Math.floor(queue.oldestAge(now) / 1000), 'Seconds');
    ticking = visible + inFlight + delayed > 0;
    if (ticking) cloud.clock.after(METRIC_MS, `metrics of queue ${queue.options.name}`, report);
  };
  return () => {
    if (ticking) return;
    ticking = true;
    // The minute in which the message came shows it already: alarms count per minute.
    cloud.clock.after(0, `metrics of queue ${queue.options.name}`, report);
  };
}

const messageShape = (message: Message): Shape => ({
  MessageId: message.id,
  ReceiptHandle: message.receipt,
  MD5OfBody: md5(message.body),
  Body: message.body,
  MessageAttributes: message.attributes,
  Attributes: {
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
  },
});

/** SQS: standard and FIFO queues with visibility time-outs, retention and dead-letter queues. */
export function createSqs(): Service {
  const queues = new Map<string, Queue>();
  const wake = new Map<Queue, () => void>();

  /** @throws AwsError QueueDoesNotExist */
  const queueOf = (url: string): Queue => {
    const found = queues.get(String(url).split(/[/:]/).at(-1)!);
    if (found) return found;
    throw new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${url}`);
  };
  const access =
    (action: string, keyActions: readonly string[] = []): Operation['access'] =>
    (input, cloud): Access[] => {
      const { arn, kmsKey } = queueOf(input.QueueUrl).options;
      return [{ action: `sqs:${action}`, resource: arn }, ...kmsUse(cloud, kmsKey, 'sqs', keyActions)];
    };

  const send = (cloud: Cloud, queue: Queue, input: Shape): Shape => {
    const now = cloud.clock.now();
    if (typeof input.MessageBody !== 'string' || input.MessageBody === '') {
      throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
    }
    if (queue.options.fifo && input.MessageGroupId === undefined) {
      throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
    }
    const id = cloud.random.uuid();
    const delayMs = input.DelaySeconds === undefined ? queue.options.delayMs : input.DelaySeconds * 1000;
    if (!queue.duplicate(input.MessageDeduplicationId, now)) {
      queue.push({
        id,
        body: input.MessageBody,
        attributes: input.MessageAttributes ?? {},
        sentAt: now,
        visibleAt: now + delayMs,
        receives: 0,
        firstReceivedAt: undefined,
        receipt: undefined,
        group: input.MessageGroupId,
      });
      wake.get(queue)?.();
    }
    return { MessageId: id, MD5OfMessageBody: md5(input.MessageBody) };
  };

  const operations: Record<string, Operation> = {
    SendMessage: {
      access: access('SendMessage', ['GenerateDataKey', 'Decrypt']),
      run: (input, { cloud }) => send(cloud, queueOf(input.QueueUrl), input),
    },
    SendMessageBatch: {
      access: access('SendMessage', ['GenerateDataKey', 'Decrypt']),
      run: (input, { cloud }) => ({
        Successful: input.Entries.map((e: Shape) => ({
          Id: e.Id,
          ...send(cloud, queueOf(input.QueueUrl), e),
        })),
        Failed: [],
      }),
    },
    ReceiveMessage: {
      access: access('ReceiveMessage', ['Decrypt']),
      run: (input, { cloud }) => {
        const queue = queueOf(input.QueueUrl);
        const visibility =
          input.VisibilityTimeout === undefined ? queue.options.visibilityMs : input.VisibilityTimeout * 1000;
        const found = queue.receive(
          cloud.clock.now(),
          input.MaxNumberOfMessages ?? 1,
          visibility,
          () => cloud.random.hex(32),
          (message) => {
            const target = queueOf(queue.options.redrive!.arn);
            target.push({ ...message, receipt: undefined, receives: 0, visibleAt: cloud.clock.now() });
            wake.get(target)?.();
          },
        );
        return found.length === 0 ? {} : { Messages: found.map(messageShape) };
      },
    },
    DeleteMessage: {
      access: access('DeleteMessage'),
      run: (input) => {
        queueOf(input.QueueUrl).delete(input.ReceiptHandle);
        return {};
      },
    },
    ChangeMessageVisibility: {
      access: access('ChangeMessageVisibility'),
      run: (input, { cloud }) => {
        const message = queueOf(input.QueueUrl).byReceipt(input.ReceiptHandle);
        if (!message) throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
        message.visibleAt = cloud.clock.now() + input.VisibilityTimeout * 1000;
        return {};
      },
    },
    PurgeQueue: {
      access: access('PurgeQueue'),
      run: (input) => {
        queueOf(input.QueueUrl).purge();
        return {};
      },
    },
    GetQueueUrl: {
      access: (input) => [{ action: 'sqs:GetQueueUrl', resource: queueOf(input.QueueName).options.arn }],
      run: (input) => ({ QueueUrl: queueOf(input.QueueName).options.url }),
    },
    GetQueueAttributes: {
      access: access('GetQueueAttributes'),
      run: (input, { cloud }) => {
        const queue = queueOf(input.QueueUrl);
        const { visible, inFlight, delayed } = queue.counts(cloud.clock.now());
        const all: Record<string, string> = {
          QueueArn: queue.options.arn,
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(inFlight),
          ApproximateNumberOfMessagesDelayed: String(delayed),
          VisibilityTimeout: String(queue.options.visibilityMs / 1000),
          MessageRetentionPeriod: String(queue.options.retentionMs / 1000),
        };
        const wanted: string[] = input.AttributeNames ?? [];
        const names = wanted.includes('All') ? Object.keys(all) : wanted.filter((n) => n in all);
        return { Attributes: Object.fromEntries(names.map((n) => [n, all[n]])) };
      },
    },
  };
  return {
    name: 'sqs',
    protocol: 'json',
    operations,
    resources: queueTypes(queues, (cloud, queue) => wake.set(queue, reportMinutely(cloud, queue))),
    policyOf: (arn) => queues.get(arn.split(':').at(-1)!)?.policy,
  };
}
