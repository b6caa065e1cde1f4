/**
 * Freezes 1,000,000 rows of 30 features from Parquet: validation, duplicates, split, vocabularies, baseline, files.
 * Prints one JSON line: seconds, rows a second, peak resident memory of this process in megabytes. The raw file is
 * made in another process (this file with the argument `make`), so that making it does not count.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDuck } from '../lambdas/dataset/duck.ts';
import { freeze } from '../lambdas/dataset/freeze.ts';
import { FolderStore, makeRaw, model, NOW, putGolden, ROWS } from '../test/dataset/volume.ts';

const [, , command, target] = process.argv;
if (command === 'make' && target) {
  const duck = await openDuck(tmpdir());
  await makeRaw(duck.db, target);
  duck.close();
} else {
  const dir = mkdtempSync(join(tmpdir(), 'freeze-bench-'));
  try {
    const store = new FolderStore(dir);
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'make', store.rawPath()]);
    putGolden(store);
    const started = performance.now();
    const output = await freeze(
      {
        model,
        store,
        rawBucket: 'raw',
        datasetBucket: 'datasets',
        scratch: dir,
        clock: () => NOW,
        note: () => {},
      },
      'golden-20261101-000000000000',
    );
    const seconds = (performance.now() - started) / 1000;
    const peakMb = process.resourceUsage().maxRSS / 1024;
    console.log(
      JSON.stringify({
        bench: 'freeze',
        rows: ROWS,
        features: model.definition.features.length,
        accepted: output.rows,
        seconds: Number(seconds.toFixed(2)),
        rowsPerSecond: Math.round(ROWS / seconds),
        peakRssMb: Math.round(peakMb),
        limits: { seconds: 15, peakRssMb: 1536 },
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
