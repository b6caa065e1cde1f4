// The runtime of one execution environment: it asks the Runtime API for work and answers it, until its parent is gone.
// Arguments: virtual epoch milliseconds at start; `crash` to die at init, as a fault asks.
import http from 'node:http';
import { describe, patchConsole, setRequestId } from './console.mjs';
import { loadHandler, RuntimeError } from './load.mjs';
import { beginInvocation, elapsed, endInvocation, installClock } from './time.mjs';

const API = '/2018-06-01/runtime';
const [startedAt, initFault] = process.argv.slice(2);
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const stdout = process.stdout.write.bind(process.stdout);
const stderr = process.stderr.write.bind(process.stderr);

// The parent holds the other end and never writes: the end of it is the end of the parent.
process.stdin
  .on('end', () => process.exit(0))
  .on('error', () => process.exit(0))
  .resume();

function request(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) };
    const req = http.request({ host, port, method, path: API + path, agent, headers: sent }, (res) => {
      const chunks = [];
      res.on('data', (c) => chunks.push(c));
      res.on('end', () => resolve({ headers: res.headers, body: Buffer.concat(chunks).toString() }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Request that the handler is working on. */
let current;

/** Marks on both streams where an invocation ends: what was printed before has arrived when they have. */
function mark(requestId) {
  stdout(`\0${requestId} ${process.memoryUsage.rss()}\n`);
  stderr(`\0${requestId}\n`);
}

function contextOf(headers) {
  const deadline = elapsed() + Number(headers['lambda-runtime-deadline-ms']) - Date.now();
  const client = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    clientContext: client === undefined ? undefined : JSON.parse(client),
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - elapsed())),
  };
}

async function invoke(handler, next) {
  const fault = next.headers['x-coalmine-fault'];
  if (fault === 'crash') process.kill(process.pid, 'SIGKILL');
  if (fault === 'hang') await new Promise(() => {});
  if (fault === 'error')
    throw Object.assign(new Error('a fault of the rehearsal: this invocation fails'), {
      name: 'InjectedFault',
    });
  const answer = await handler(JSON.parse(next.body), contextOf(next.headers));
  if (fault === 'crash-late') process.kill(process.pid, 'SIGKILL');
  try {
    return JSON.stringify(answer === undefined ? null : answer);
  } catch (error) {
    throw new RuntimeError('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`);
  }
}

const answer = (id, outcome) =>
  request('POST', `/invocation/${id}/${outcome.path}`, outcome.body, outcome.headers);

function failure(error) {
  const report = describe(error);
  return {
    path: 'error',
    body: JSON.stringify(report),
    headers: { 'lambda-runtime-function-error-type': report.errorType },
  };
}

async function serve(handler) {
  for (;;) {
    const next = await request('GET', '/invocation/next');
    const id = next.headers['lambda-runtime-aws-request-id'];
    process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
    current = id;
    setRequestId(id);
    beginInvocation(Number(next.headers['x-coalmine-now']), Number(next.headers['x-coalmine-slow'] ?? 0));
    let outcome;
    try {
      outcome = { path: 'response', body: await invoke(handler, next), headers: {} };
    } catch (error) {
      outcome = failure(error);
      console.error('Invoke Error ', outcome.body);
    }
    endInvocation();
    mark(id);
    current = undefined;
    await answer(id, outcome);
  }
}

async function main() {
  installClock(Number(startedAt));
  patchConsole(process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON', process.env.AWS_LAMBDA_LOG_LEVEL ?? 'INFO');
  if (initFault === 'crash') process.kill(process.pid, 'SIGKILL');
  let handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    const report = describe(error);
    console.error('Uncaught Exception ', JSON.stringify(report));
    mark('init');
    await request('POST', '/init/error', JSON.stringify(report));
    process.exit(1);
  }
  await serve(handler);
}

/** An error that no handler caught ends the environment, after the invocation has been told. */
async function die(label, error, code) {
  const outcome = failure(error);
  console.error(`${label} `, outcome.body);
  const id = current;
  mark(id ?? 'init');
  // A connection of its own: the other may be waiting for the next invocation.
  if (id !== undefined)
    await answer(id, { ...outcome, headers: { ...outcome.headers, connection: 'close' } });
  process.exit(code);
}
process.on('uncaughtException', (error) => die('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason), reason);
  return die('Unhandled Promise Rejection', error, 128);
});

await main();
