import { StateError } from '../errors.ts';
import type { StatesService } from '../service.ts';
import { abortable } from '../waiting.ts';
import { argumentsOf, asText, callService, errorNamer, type Integration, pascalKeys } from './integration.ts';

const name = errorNamer('StepFunctions', 'AWSStepFunctionsException');
/** The rule by which Step Functions hears of nested executions; `.sync` needs the right to make it. */
const EVENTS_RULE = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';

/** `states:startExecution`: starts; `.sync` waits for the end, and `.sync:2` gives the output as JSON, not as text. */
export const startExecution = (pattern: '' | '.sync' | '.sync:2' | '.waitForTaskToken'): Integration => ({
  resourceType: 'states',
  resource: `startExecution${pattern}`,
  callback: pattern === '.waitForTaskToken',
  run: async (args, call) => {
    const given = argumentsOf(args);
    const input = {
      stateMachineArn: given['StateMachineArn'],
      name: given['Name'],
      input: asText(given['Input'] ?? {}),
    };
    const waits = pattern === '.sync' || pattern === '.sync:2';
    if (waits) {
      const rule = `arn:aws:events:${call.cloud.region}:${call.cloud.account}:rule/${EVENTS_RULE}`;
      const actions = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];
      try {
        call.cloud.authorize(
          call.caller,
          actions.map((action) => ({ action, resource: rule })),
        );
      } catch (e) {
        throw new StateError('StepFunctions.AWSStepFunctionsException', (e as Error).message);
      }
    }
    const started = await callService(call, 'states', 'StartExecution', input, name);
    if (!waits) return { ExecutionArn: started['executionArn'], StartDate: started['startDate'] };
    const executionArn = String(started['executionArn']);
    const states = call.cloud.service<StatesService>('states');
    try {
      await call.cloud.clock.suspend(abortable(states.ended(executionArn), call.signal));
    } catch (e) {
      // Step Functions stops what it waits for when it stops waiting.
      await callService(call, 'states', 'StopExecution', { executionArn }, name).catch(() => {});
      throw e;
    }
    const described = await callService(call, 'states', 'DescribeExecution', { executionArn }, name);
    const result = pascalKeys(described) as Record<string, unknown>;
    if (described['status'] !== 'SUCCEEDED')
      throw new StateError('States.TaskFailed', JSON.stringify(result));
    return pattern === '.sync:2' ? { ...result, Output: JSON.parse(String(described['output'])) } : result;
  },
});
