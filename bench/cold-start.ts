/** Process start to first answer of the inference bundle, artifact fetched from an S3 next door; and the size of its zip. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inferenceAsset, zipBytes } from './lib/asset.ts';
import { firstWord, sealedFunction, VOCABULARY } from './lib/function.ts';
import { apiEvents } from './lib/request.ts';
import { quantile, round } from './lib/statistics.ts';

const STARTS = 15;

const asset = inferenceAsset();
const { server, env } = await sealedFunction();
try {
  const worker = join(import.meta.dirname, 'lib/cold-worker.mjs');
  const event = JSON.stringify(apiEvents(1, VOCABULARY)[0]);
  const start = () => firstWord(worker, [asset, event], env);
  await start(); // reads the files into the page cache, as a Lambda host has them
  const [times, cpu]: [number[], number[]] = [[], []];
  for (let i = 0; i < STARTS; i++) {
    const { ms, word } = await start();
    if (!(Number(word) > 0)) throw new Error(word);
    times.push(ms);
    cpu.push(Number(word));
  }
  console.log(
    JSON.stringify({
      bench: 'cold-start',
      medianMs: round(quantile(times, 0.5), 1),
      fastestMs: round(Math.min(...times), 1),
      // What a machine that does nothing else would come near.
      cpuMs: round(quantile(cpu, 0.5), 1),
      // As Lambda counts its limits: 1,048,576 bytes.
      zipMb: round(zipBytes(asset) / 1_048_576),
      limits: { medianMs: 150, zipMb: 18 },
    }),
  );
} finally {
  server.close();
  rmSync(asset, { recursive: true });
}
