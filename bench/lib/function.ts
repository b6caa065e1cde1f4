import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MODEL_INPUT, MODEL_OUTPUT, type Signature } from '../../contracts/artifact.ts';
import { ENV, SEALED_ENV } from '../../contracts/names.ts';
import { sha256 } from '../../lambdas/shared/objects.ts';
import model from '../../models/fraud/model.ts';
import { forestModel } from '../../test/fixtures/onnx.ts';

/** Names in the vocabulary of each categorical feature. */
export const VOCABULARY = ['a', 'b', 'c', 'd', 'e'];

const signature: Signature = {
  model: model.name,
  featureSpecHash: '0'.repeat(64),
  features: model.features.map(({ name, kind }) =>
    kind === 'numeric' ? { name, kind } : { name, kind, vocabulary: VOCABULARY },
  ),
  input: MODEL_INPUT,
  output: MODEL_OUTPUT,
};
/** 200 trees of depth 6: what the embedded trainer makes of the default hyperparameters. */
export const onnx = forestModel(model.features.length, 200, 6);

const objects: Record<string, Uint8Array> = {
  'model.onnx': onnx,
  'signature.json': Buffer.from(JSON.stringify(signature)),
};
const key = (file: string) => `models/${model.name}/000001/${file}`;

/** An S3 that knows the two files of the artifact, and the environment of a function sealed with them. */
export async function sealedFunction(): Promise<{ server: Server; env: NodeJS.ProcessEnv }> {
  const server = createServer((request, response) => {
    const file = Object.keys(objects).find((f) => request.url?.includes(key(f)));
    response.writeHead(file ? 200 : 404, { 'x-amz-version-id': 'v1' }).end(file && objects[file]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pins = Object.entries(objects).map(([f, b]) => [
    f,
    { key: key(f), versionId: 'v1', sha256: sha256(b) },
  ]);
  const env = {
    PATH: process.env['PATH'],
    [ENV.artifactBucket]: 'artifacts',
    [ENV.stage]: 'local',
    [SEALED_ENV.version]: '1',
    [SEALED_ENV.run]: 'bench',
    [SEALED_ENV.slot]: 'blue',
    [SEALED_ENV.artifact]: JSON.stringify(Object.fromEntries(pins)),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  return { server, env };
}

/**
 * Runs a worker in a process of its own until it sends a message. Its stdout is a pipe that `cat` reads: what Node.js
 * itself calls a pipe to a child is a pair of sockets, and writing to those takes longer.
 * @returns the message, and the milliseconds from the start of the process to it
 */
export async function runWorker(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ message: unknown; ms: number }> {
  const started = performance.now();
  const piped = ['-c', '"$0" "$@" | cat > /dev/null', process.execPath, script, ...args];
  const child = spawn('sh', piped, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const answer = await new Promise<{ message: unknown; ms: number }>((resolve, reject) => {
    child.once('message', (message) => resolve({ message, ms: performance.now() - started }));
    child.once('error', reject);
    ended.then(() => reject(new Error(`${script} ended before it answered`)));
  });
  await ended;
  return answer;
}

/**
 * Starts a process and waits for its first word on descriptor 3.
 * @returns the word, and the milliseconds from the start of the process to it
 */
export async function firstWord(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ word: string; ms: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  child.stdout!.resume();
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const first = await new Promise<{ word: string; ms: number }>((resolve, reject) => {
    child.stdio[3]!.once('data', (word) => resolve({ word: String(word), ms: performance.now() - started }));
    child.once('error', reject);
    ended.then(() => reject(new Error(`${script} ended before it answered`)));
  });
  await ended;
  return first;
}
