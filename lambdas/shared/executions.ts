import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { isNamed } from './errors.ts';

/** State machine executions, by ARN. */
export interface Executions {
  isRunning(arn: string): Promise<boolean>;
}

export const createExecutions = (client: Pick<SFNClient, 'send'>): Executions => ({
  async isRunning(arn) {
    try {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
      return status === 'RUNNING' || status === 'PENDING_REDRIVE';
    } catch (e) {
      // Step Functions forgets executions after 90 days, and all of them when the machine is deleted.
      if (isNamed(e, 'ExecutionDoesNotExist')) return false;
      throw e;
    }
  },
});
