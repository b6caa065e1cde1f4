import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { StatesService } from '../cloud/services/states/service.ts';
import { MINUTE } from '../traffic/types.ts';
import { parseApiUrl } from './api-client.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Terminal } from './terminal.ts';

/**
 * Keeps the local cloud up for people until Ctrl-C: the API, and every AWS call that the operator's command makes.
 * Virtual time stands still but while a state machine is at work; then it passes, with traffic, so that releases bake.
 */
export async function serve(r: Rehearsal, terminal: Terminal): Promise<void> {
  terminal.done();
  terminal.heading('\nThe API is up; Ctrl-C ends it. Ask it for a prediction:');
  terminal.line(predictionLine(r));
  terminal.heading("\nThe operator's command works on it:");
  terminal.line(operatorLines(r));
  const ended = new AbortController();
  const passing = letTimePass(r, ended.signal);
  // A defect of the local cloud ends it, as it ends a scenario.
  await Promise.race([once(process, 'SIGINT'), passing]);
  ended.abort();
  await passing;
}

function predictionLine(r: Rehearsal): string {
  const { endpoint, root, cloud } = r.running;
  const { apiId, stage } = parseApiUrl(r.outputs.ApiUrl);
  const url = `${endpoint}/_api/${apiId}/${stage}/models/${r.definition.name}/predictions`;
  const example = JSON.stringify(r.example());
  return [
    `curl --aws-sigv4 'aws:amz:${cloud.region}:execute-api' --user '${root.accessKeyId}:${root.secretAccessKey}' \\`,
    `  -H 'content-type: application/json' -d '${example}' \\`,
    `  '${url}'`,
  ].join('\n');
}

/** The credentials open nothing but this cloud. */
function operatorLines(r: Rehearsal): string {
  const { endpoint, root, cloud } = r.running;
  return [
    `export AWS_ACCESS_KEY_ID='${root.accessKeyId}' AWS_SECRET_ACCESS_KEY='${root.secretAccessKey}' AWS_REGION='${cloud.region}'`,
    `npx coalmine --endpoint ${endpoint} models`,
  ].join('\n');
}

/** Virtual time that passes at a time; between two such steps calls from outside get their turn. */
const STEP = 5 * MINUTE;

async function letTimePass(r: Rehearsal, ended: AbortSignal): Promise<void> {
  const states = r.running.cloud.service<StatesService>('states');
  while (!ended.aborted) {
    if (states.executions.some((e) => e.status === 'RUNNING')) {
      const until = r.now + STEP;
      r.traffic.play(until);
      await r.until(until);
    }
    await setTimeout(20);
  }
}
