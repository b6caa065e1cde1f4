import { once } from 'node:events';
import { parseApiUrl } from './api-client.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Terminal } from './terminal.ts';

/** Keeps the API up for people until Ctrl-C, on the virtual time at which the scenario ended. */
export async function serve(r: Rehearsal, terminal: Terminal): Promise<void> {
  const { endpoint, root, cloud } = r.running;
  const { apiId, stage } = parseApiUrl(r.outputs.ApiUrl);
  const url = `${endpoint}/_api/${apiId}/${stage}/models/${r.definition.name}/predictions`;
  const example = JSON.stringify(r.example());
  terminal.done();
  terminal.heading('\nThe API is up; Ctrl-C ends it. Ask it for a prediction:');
  terminal.line(
    [
      `curl --aws-sigv4 'aws:amz:${cloud.region}:execute-api' --user '${root.accessKeyId}:${root.secretAccessKey}' \\`,
      `  -H 'content-type: application/json' -d '${example}' \\`,
      `  '${url}'`,
    ].join('\n'),
  );
  await once(process, 'SIGINT');
}
