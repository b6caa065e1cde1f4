/**
 * Measures the warm handler against a bare `session.run` of the same model, in turns, so that whatever else the machine
 * does hits both alike. Arguments: asset folder, model file, seconds of the throughput run.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { apiEvents } from './request.ts';

const [asset, modelFile, seconds, vocabulary] = process.argv.slice(2);
const { handler } = await import(join(asset, 'index.mjs'));
const { InferenceSession, Tensor } = createRequire(join(asset, 'index.mjs'))('onnxruntime-node');
const session = await InferenceSession.create(readFileSync(modelFile), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
});
const width = session.inputMetadata[0].shape[1];
const tensor = new Tensor(
  'float32',
  Float32Array.from({ length: width }, (_, i) => i / width),
  [1, width],
);
const events = apiEvents(256, JSON.parse(vocabulary));

const bare = () => session.run({ features: tensor });
let next = 0;
const predict = async () => {
  const answer = await handler(events[next++ & 255], {});
  if (answer.statusCode !== 200) throw new Error(answer.body);
};

async function timed(work, times, into) {
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    into.push(performance.now() - started);
  }
}

await timed(bare, 2000, []);
await timed(predict, 5000, []);
const [ofBare, ofHandler] = [[], []];
for (let block = 0; block < 40; block++) {
  await timed(bare, 250, ofBare);
  await timed(predict, 250, ofHandler);
}
const latencies = [];
const cpuBefore = process.cpuUsage();
const started = performance.now();
while (performance.now() - started < seconds * 1000) await timed(predict, 100, latencies);
const wall = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
process.send({ ofBare, ofHandler, latencies, wall, cpuSeconds: (cpu.user + cpu.system) / 1e6 }, () =>
  process.disconnect(),
);
