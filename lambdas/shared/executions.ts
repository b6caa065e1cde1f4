import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { isNamed } from './errors.ts';

/** State machine executions, by ARN. */
export interface Executions {
  isRunning(arn: string): Promise<boolean>;
}

/** When executions ended. */
export interface ExecutionEnds {
  /** Null for an execution that is over and whose end nobody knows any more. */
  endOf(arn: string): Promise<'running' | Date | null>;
}

export const createExecutions = (client: Pick<SFNClient, 'send'>): Executions & ExecutionEnds => ({
  async isRunning(arn) {
    return (await end(client, arn)) === 'running';
  },
  endOf: (arn) => end(client, arn),
});

async function end(client: Pick<SFNClient, 'send'>, arn: string): ReturnType<ExecutionEnds['endOf']> {
  try {
    const { status, stopDate } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
    return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : (stopDate ?? null);
  } catch (e) {
    // Step Functions forgets executions after 90 days, and all of them when the machine is deleted.
    if (isNamed(e, 'ExecutionDoesNotExist')) return null;
    throw e;
  }
}
