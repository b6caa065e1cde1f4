import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { datasetManifestSchema } from '../../contracts/dataset.ts';
import { datasetInput, type FreezeOutput, type GoldenOutput } from '../../contracts/steps.ts';
import { runDataset } from '../../lambdas/dataset/service.ts';
import { csvLines, DATES, HEADER, parquetRows, putWeek, rawKey, world } from './world.ts';

type World = ReturnType<typeof world>;
const ask = (w: World, input: object) => runDataset(w.service, datasetInput.safeParse(input));
async function freeze(w: World): Promise<FreezeOutput> {
  const { goldenVersion } = (await ask(w, { action: 'golden', run: 'r' })) as GoldenOutput;
  return (await ask(w, { action: 'freeze', run: 'r', goldenVersion })) as FreezeOutput;
}
async function manifest(w: World) {
  const { datasetVersion } = await freeze(w);
  return datasetManifestSchema.parse(w.bucket.json(`datasets/demo/${datasetVersion}/manifest.json`));
}
const rejectsOf = (w: World) =>
  parquetRows(
    w.bucket.objects.get(w.bucket.keys('datasets/').find((k) => k.endsWith('rejects.parquet'))!)![0]!.body,
  );
const AT = '2026-11-17T12:00:00Z';
const tolerant = { windowDays: 5, minRows: 50, delimiter: ';', maxRejectRate: 0.9 };

it('every malformed row is counted and kept with its reason, its source, its number and its text', async () => {
  const w = world({ data: tolerant });
  putWeek(w.bucket);
  const bad: readonly (readonly [string, string])[] = [
    [`x;${AT};1;12;1;red;surplus`, 'malformed csv: too many columns'],
    ['x', 'malformed csv: missing columns'],
    [`x;${AT};1;twelve;1;red`, 'amount: not a number'],
    [`x;${AT};1;1001;1;red`, 'amount: out of range'],
    [`x;${AT};1;;1;red`, 'amount: missing'],
    [`x;${AT};1;1e999;1;red`, 'amount: not finite'],
    [`x;${AT};perhaps;1;1;red`, 'y: not a label'],
    ['x;yesterday;1;1;1;red', 'at: not a time'],
    ['x;2025-01-01;1;1;1;red', 'at: outside the window'],
    [`;${AT};1;1;1;red`, 'id: missing'],
    [`x;${AT};1;1;1;${'r'.repeat(300)}`, 'colour: too long'],
  ];
  w.bucket.put(rawKey(DATES[4]!, 'z.csv'), [HEADER, ...bad.map(([line]) => line)].join('\n'));
  const { rows } = await manifest(w);
  expect(rows.rejectedBy).toEqual(Object.fromEntries(bad.map(([, reason]) => [reason, 1])));
  expect(rows.rejected).toBe(bad.length);
  const kept = await rejectsOf(w);
  expect(kept).toHaveLength(bad.length);
  expect(kept.find((r) => r['reason'] === 'amount: not a number')).toEqual({
    reason: 'amount: not a number',
    source: rawKey(DATES[4]!, 'z.csv'),
    row_number: 1,
    raw: JSON.stringify({ amount: 'twelve', speed: '1', colour: 'red', at: AT, y: '1' }),
  });
});

it('an unterminated quote costs the lines it swallows, each of them counted', async () => {
  const w = world({ data: tolerant });
  putWeek(w.bucket);
  w.bucket.put(
    rawKey(DATES[4]!, 'z.csv'),
    `${HEADER}\n"x;${AT};1;1;1;red\ny;${AT};1;1;1;red\nz;${AT};1;1;1;red\n`,
  );
  const { rows } = await manifest(w);
  expect(rows.read).toBe(303);
  expect(rows.rejected).toBe(3);
});

it('duplicates are dropped and counted, and do not count against the feed', async () => {
  const w = world({ data: { ...tolerant, maxRejectRate: 0 } });
  putWeek(w.bucket);
  w.bucket.put(rawKey(DATES[3]!, 'again.csv'), w.bucket.text(rawKey(DATES[3]!)));
  const { rows } = await manifest(w);
  expect(rows.read).toBe(360);
  expect(rows.rejectedBy['duplicate row']).toBeGreaterThan(0);
  expect(rows.rejected).toBe(rows.rejectedBy['duplicate row']);
  const once = world();
  putWeek(once.bucket);
  expect(rows.train).toBe((await manifest(once)).rows.train);
});

it('a file without a column loses all its rows, and the reason names the column', async () => {
  const w = world();
  putWeek(w.bucket);
  const lines = csvLines(DATES[2]!, 60).map((l) => l.split(';').slice(0, 5).join(';'));
  w.bucket.put(rawKey(DATES[2]!), [HEADER.replace(';colour', ''), ...lines].join('\n'));
  await expect(freeze(w)).rejects.toMatchObject({ name: 'DatasetRejected', message: /20.0 % of 300 rows/ });
  expect(w.events.at(-1)).toMatchObject({
    type: 'dataset.rejected',
    run: 'r',
    rejected: 60,
    rejectedBy: { 'colour: the file has no such column': 60 },
  });
});

it('columns that nobody asked for are ignored and noted', async () => {
  const w = world();
  putWeek(w.bucket);
  const lines = csvLines(DATES[2]!, 60).map((l) => `${l};note`);
  w.bucket.put(rawKey(DATES[2]!), [`${HEADER};comment`, ...lines].join('\n'));
  const { rows, notes } = await manifest(w);
  expect(rows.rejected).toBe(0);
  expect(notes).toEqual(['ignored columns: comment']);
});

it('empty files and files of other formats are noted and harm nothing', async () => {
  const w = world();
  putWeek(w.bucket);
  w.bucket.put(rawKey(DATES[0]!, 'empty.csv'), '');
  w.bucket.put(rawKey(DATES[0]!, 'empty.parquet'), '');
  w.bucket.put(rawKey(DATES[0]!, 'header.csv'), HEADER);
  w.bucket.put(rawKey(DATES[0]!, 'readme.txt'), 'hello');
  const { rows, notes } = await manifest(w);
  expect(rows).toMatchObject({ read: 300, rejected: 0 });
  expect(notes).toEqual([
    expect.stringMatching(/readme.txt: not a raw file/),
    expect.stringMatching(/empty.csv: empty/),
    expect.stringMatching(/empty.parquet: empty/),
    expect.stringMatching(/header.csv: empty/),
  ]);
});

it('an empty window is EmptyWindow and says where it looked', async () => {
  const w = world();
  w.bucket.put('demo/dt=2026-01-01/old.csv', HEADER);
  w.bucket.put('demo/dt=2026-11-19/tomorrow.csv', [HEADER, ...csvLines('2026-11-19', 5)].join('\n'));
  await expect(freeze(w)).rejects.toMatchObject({
    name: 'EmptyWindow',
    message: expect.stringMatching(/no raw rows of demo from 2026-11-13T00:00:00.000Z to 2026-11-18T06:00/),
  });
});

it('a Parquet file that is none is refused by name', async () => {
  const w = world();
  putWeek(w.bucket);
  w.bucket.put(rawKey(DATES[1]!, 'broken.parquet'), 'PAR1 this is not Parquet');
  await expect(freeze(w)).rejects.toMatchObject({
    name: 'DatasetRejected',
    message: expect.stringContaining(`${rawKey(DATES[1]!, 'broken.parquet')} (version v1)`),
  });
  expect(w.events.at(-1)).toMatchObject({ type: 'dataset.rejected' });
});

it('JSON lines, compressed or not, give the same dataset as CSV; a line that is no object is a reject', async () => {
  const csv = world();
  putWeek(csv.bucket);
  const json = world();
  const [id, at, y, amount, speed, colour] = HEADER.split(';') as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  for (const date of DATES) {
    const lines = csvLines(date, 60).map((line) => {
      const v = line.replaceAll('"', '').split(';');
      return JSON.stringify({
        [id]: v[0],
        [at]: v[1],
        [y]: Number(v[2]),
        [amount]: Number(v[3]),
        [speed]: v[4] === '' ? null : Number(v[4]),
        [colour]: v[5],
      });
    });
    json.bucket.put(rawKey(date, 'part.jsonl.gz'), gzipSync(lines.join('\n')));
  }
  expect((await freeze(json)).datasetVersion).toBe((await freeze(csv)).datasetVersion);
  json.bucket.put(rawKey(DATES[0]!, 'bad.jsonl'), '[1]\n\n{"id": \n');
  expect((await manifest(json)).rows.rejectedBy).toEqual({ 'malformed json': 2 });
});

it('typed Parquet gives the same dataset as CSV text', async () => {
  const csv = world();
  putWeek(csv.bucket);
  const parquet = world();
  const { mkdtempSync, readFileSync, writeFileSync } = await import('node:fs');
  const dir = mkdtempSync('/tmp/parquet-input-');
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  for (const date of DATES) {
    writeFileSync(`${dir}/in.csv`, [HEADER, ...csvLines(date, 60)].join('\n'));
    await db.run(
      `COPY (SELECT id, CAST("at" AS TIMESTAMP) AS "at", CAST(y AS BOOLEAN) AS y, CAST(amount AS DECIMAL(9, 2)) AS amount,
         CAST(speed AS DOUBLE) AS speed, colour FROM read_csv('${dir}/in.csv', delim = ';', all_varchar = true))
       TO '${dir}/out.parquet' (FORMAT parquet)`,
    );
    parquet.bucket.put(rawKey(date, 'part.parquet'), readFileSync(`${dir}/out.parquet`));
  }
  db.closeSync();
  instance.closeSync();
  expect((await freeze(parquet)).datasetVersion).toBe((await freeze(csv)).datasetVersion);
});

it('a column that turned null in the newest days is rejected although the window hides it', async () => {
  const w = world({ data: { ...tolerant, maxNullRate: 0.3 } });
  putWeek(w.bucket);
  const lines = csvLines(DATES[4]!, 60).map((l) => l.replace(/;"[a-z]+"$/, ';'));
  w.bucket.put(rawKey(DATES[4]!), [HEADER, ...lines].join('\n'));
  await expect(freeze(w)).rejects.toMatchObject({
    name: 'DatasetRejected',
    message: expect.stringMatching(
      /colour: 100.0 % of the data since 2026-11-17 is missing, allowed are 30.0 %/,
    ),
  });
  expect(w.bucket.keys('datasets/')).toEqual([]);
});

it('a null that a default stands in for still counts as missing', async () => {
  const w = world({ data: { ...tolerant, maxNullRateOf: { speed: 0.1 } } });
  putWeek(w.bucket);
  await expect(freeze(w)).rejects.toMatchObject({
    message: expect.stringMatching(/speed: .* allowed are 10.0 %/),
  });
});

it('too few rows and a missing class are refused, each named', async () => {
  const few = world({ data: { ...tolerant, minRows: 5000 } });
  putWeek(few.bucket);
  await expect(freeze(few)).rejects.toMatchObject({ message: expect.stringMatching(/needed are 5000/) });
  const w = world({ golden: { fraction: 0.2, minRowsPerClass: 2 } });
  putWeek(w.bucket);
  w.bucket.put(
    rawKey(DATES[4]!),
    [HEADER, ...csvLines(DATES[4]!, 60).map((l) => l.replace('Z;1;', 'Z;0;'))].join('\n'),
  );
  await expect(freeze(w)).rejects.toMatchObject({
    message: expect.stringMatching(/the validation rows hold no positive label/),
  });
});

it('a source that is overwritten is read in one version, which the manifest names', async () => {
  const w = world();
  putWeek(w.bucket);
  w.bucket.put(rawKey(DATES[0]!), w.bucket.text(rawKey(DATES[0]!)));
  const { sources } = await manifest(w);
  expect(sources.map((s) => s.versionId)).toEqual(['v2', 'v1', 'v1', 'v1', 'v1']);
});
