/**
 * The warm inference handler: the real bundle, fed with API Gateway events in a process of its own, prediction log and
 * metrics written to a pipe. Compared with a bare `session.run` of the same model (200 trees of depth 6) within one run.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inferenceAsset } from './lib/asset.ts';
import { onnx, runWorker, sealedFunction, VOCABULARY } from './lib/function.ts';
import { quantile, round } from './lib/statistics.ts';

interface Measured {
  readonly ofBare: number[];
  readonly ofHandler: number[];
  readonly latencies: number[];
  readonly wall: number;
  readonly cpuSeconds: number;
}

const asset = inferenceAsset();
const { server, env } = await sealedFunction();
try {
  writeFileSync(join(asset, 'bench.onnx'), onnx);
  const worker = join(import.meta.dirname, 'lib/warm-worker.mjs');
  const args = [asset, join(asset, 'bench.onnx'), '5', JSON.stringify(VOCABULARY)];
  const measured = (await runWorker(worker, args, env)).message as Measured;
  const [bare, handler] = [quantile(measured.ofBare, 0.5), quantile(measured.ofHandler, 0.5)];
  console.log(
    JSON.stringify({
      bench: 'inference',
      bareP50Us: round(bare * 1000, 1),
      handlerP50Us: round(handler * 1000, 1),
      ratio: round(handler / bare),
      predictionsPerSecond: Math.round(measured.latencies.length / measured.wall),
      perCpuSecond: Math.round(measured.latencies.length / measured.cpuSeconds),
      p99Ms: round(quantile(measured.latencies, 0.99), 3),
      limits: { ratio: 4, p99Ms: 23 },
      floors: { predictionsPerSecond: 3200 },
    }),
  );
} finally {
  server.close();
  rmSync(asset, { recursive: true });
}
