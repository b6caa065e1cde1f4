import { expect, it } from 'vitest';
import { signatureSchema } from '../../contracts/artifact.ts';
import { baselineSchema, datasetManifestSchema, goldenManifestSchema } from '../../contracts/dataset.ts';
import type { FreezeOutput, GoldenOutput } from '../../contracts/steps.ts';
import { datasetInput } from '../../contracts/steps.ts';
import { runDataset } from '../../lambdas/dataset/service.ts';
import { encodeRow } from '../../lambdas/shared/features/encode.ts';
import { hashEntity, isGoldenEntity } from '../../lambdas/shared/features/entity.ts';
import { compileSpec, parseRecord } from '../../lambdas/shared/features/parse.ts';
import { csvLines, DATES, HEADER, parquetRows, putWeek, rawKey, world } from './world.ts';

type World = ReturnType<typeof world>;
const ask = (w: World, input: object) => runDataset(w.service, datasetInput.safeParse(input));
const golden = (w: World) => ask(w, { action: 'golden', run: 'r1' }) as Promise<GoldenOutput>;
const freeze = (w: World, goldenVersion: string) =>
  ask(w, { action: 'freeze', run: 'r1', goldenVersion }) as Promise<FreezeOutput>;
const both = async (w: World) => freeze(w, (await golden(w)).goldenVersion);
const folder = (version: string) => `datasets/demo/${version}/`;
const manifestOf = (w: World, version: string) =>
  datasetManifestSchema.parse(w.bucket.json(`${folder(version)}manifest.json`));
const rowsOf = (w: World, key: string) => parquetRows(w.bucket.objects.get(key)!.at(-1)!.body);

it('a window is frozen into train, validation, rejects, signature, baseline and manifest', async () => {
  const w = world();
  putWeek(w.bucket);
  const output = await both(w);
  expect(output).toMatchObject({ existed: false, datasetVersion: expect.stringMatching(/^ds-20261118-/) });
  const dir = folder(output.datasetVersion);
  expect(w.bucket.keys(dir).map((k) => k.slice(dir.length))).toEqual([
    'baseline.json',
    'manifest.json',
    'rejects.parquet',
    'signature.json',
    'train.parquet',
    'validation.parquet',
  ]);
  const manifest = manifestOf(w, output.datasetVersion);
  const { read, train, validation, golden: aside, rejected } = manifest.rows;
  expect(read).toBe(300);
  expect(train + validation + aside + rejected).toBe(300);
  expect(aside).toBeGreaterThan(0);
  expect(manifest.sources).toHaveLength(5);
  expect(manifest.sources[0]).toMatchObject({ key: rawKey(DATES[0]!), versionId: 'v1' });
  expect(w.events.map((e) => e.type)).toEqual(['golden.frozen', 'dataset.frozen']);
});

it('every training row is older than every validation row, and no golden entity is in either', async () => {
  const w = world();
  putWeek(w.bucket);
  const { datasetVersion } = await both(w);
  const train = await rowsOf(w, `${folder(datasetVersion)}train.parquet`);
  const validation = await rowsOf(w, `${folder(datasetVersion)}validation.parquet`);
  const split = Date.parse(manifestOf(w, datasetVersion).splitTime);
  expect(train.every((r) => Number(r['event_time']) < split)).toBe(true);
  expect(validation.every((r) => Number(r['event_time']) >= split)).toBe(true);
  expect(train.length / (train.length + validation.length)).toBeCloseTo(0.85, 1);
  const entities = [...train, ...validation].map((r) => String(r['entity']));
  expect(entities.some((e) => isGoldenEntity(e, 0.2))).toBe(false);
});

it('a raw row frozen to Parquet and the same row sent to inference are the same vector', async () => {
  const w = world();
  putWeek(w.bucket);
  const { datasetVersion } = await both(w);
  const signature = signatureSchema.parse(w.bucket.json(`${folder(datasetVersion)}signature.json`));
  const { definition, features } = w.service.deps.model;
  const spec = compileSpec(definition, features);
  const frozen = new Map<string, number[]>();
  for (const file of ['train.parquet', 'validation.parquet'])
    for (const row of await rowsOf(w, folder(datasetVersion) + file))
      frozen.set(
        `${row['entity']} ${row['event_time']}`,
        signature.features.map((f) => Number(row[f.name])),
      );
  let compared = 0;
  for (const line of DATES.flatMap((d) => csvLines(d, 60))) {
    const [id, at, , amount, speed, colour] = line.replaceAll('"', '').split(';');
    const vector = frozen.get(`${hashEntity(id!)} ${Date.parse(at!)}`);
    if (!vector) continue;
    const body = JSON.parse(
      JSON.stringify({ at, amount: Number(amount), speed: speed ? Number(speed) : null, colour }),
    );
    const parsed = parseRecord(spec, body);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const out = new Float32Array(signature.features.length);
    encodeRow(signature, parsed.row, out, 0);
    expect([...out]).toEqual(vector);
    compared++;
  }
  expect(compared).toBe(frozen.size);
});

it('freezing the same input twice writes nothing the second time and gives the same version', async () => {
  const w = world();
  putWeek(w.bucket);
  const first = await both(w);
  const { puts } = w.bucket;
  w.time.now = new Date('2026-11-18T09:30:00Z');
  const second = await both(w);
  expect(second).toEqual({ ...first, existed: true });
  expect(w.bucket.puts).toBe(puts);
  expect(w.events.at(-1)).toMatchObject({ type: 'dataset.frozen', existed: true });
});

it('a half-written version is completed by the next freeze', async () => {
  const w = world();
  putWeek(w.bucket);
  const { datasetVersion } = await both(w);
  const before = new Map(w.bucket.objects);
  for (const file of ['manifest.json', 'signature.json', 'validation.parquet'])
    w.bucket.objects.delete(folder(datasetVersion) + file);
  const again = await both(w);
  expect(again).toMatchObject({ datasetVersion, existed: false });
  const key = `${folder(datasetVersion)}validation.parquet`;
  expect(w.bucket.objects.get(key)![0]!.body.equals(before.get(key)![0]!.body)).toBe(true);
});

it('the order of files and rows does not change the version', async () => {
  const one = world();
  putWeek(one.bucket);
  const other = world();
  for (const date of DATES) {
    const lines = csvLines(date, 60).reverse();
    other.bucket.put(rawKey(date, 'b.csv'), [HEADER, ...lines.slice(0, 25)].join('\r\n'));
    other.bucket.put(rawKey(date, 'a.csv'), `\ufeff${[HEADER, ...lines.slice(25)].join('\r\n')}\r\n`);
  }
  expect((await both(other)).datasetVersion).toBe((await both(one)).datasetVersion);
});

it('the vocabulary holds the most frequent categories of the training rows, the rest are unseen', async () => {
  const w = world();
  putWeek(w.bucket);
  w.bucket.put(rawKey(DATES[4]!, 'new.csv'), `${HEADER}\nlate;2026-11-17T23:00:00Z;1;1;1;violet\n`);
  const { datasetVersion } = await both(w);
  const signature = signatureSchema.parse(w.bucket.json(`${folder(datasetVersion)}signature.json`));
  expect(signature.features[2]).toEqual({
    name: 'colour',
    kind: 'categorical',
    vocabulary: ['red', 'blue'],
  });
  const baseline = baselineSchema.parse(w.bucket.json(`${folder(datasetVersion)}baseline.json`));
  const { colour } = baseline.features;
  if (colour?.kind !== 'categorical') throw new Error('colour is not categorical');
  expect(colour.unseen).toBeGreaterThan(0); // green
  expect(colour.counts['red']! + colour.counts['blue']! + colour.unseen).toBe(baseline.rows);
});

it('the golden set is frozen once, with parsed values, and stays when the window moves on', async () => {
  const w = world();
  putWeek(w.bucket);
  const first = await golden(w);
  expect(first.created).toBe(true);
  const dir = `golden/demo/${first.goldenVersion}/`;
  const manifest = goldenManifestSchema.parse(w.bucket.json(`${dir}manifest.json`));
  const rows = await rowsOf(w, `${dir}golden.parquet`);
  expect(rows).toHaveLength(manifest.rows);
  expect(rows.every((r) => isGoldenEntity(String(r['entity']), 0.2))).toBe(true);
  expect(rows.some((r) => r['colour'] === 'green')).toBe(true);
  w.time.now = new Date('2026-12-18T06:00:00Z');
  expect(await golden(w)).toEqual({ ...first, created: false });
});

it('the fraction that was frozen holds even when the definition changes', async () => {
  const w = world();
  putWeek(w.bucket);
  const { goldenVersion } = await golden(w);
  const before = await freeze(w, goldenVersion);
  Object.assign(w.service.deps.model.definition.golden, { fraction: 0.01 });
  expect((await freeze(w, goldenVersion)).datasetVersion).toBe(before.datasetVersion);
});

it('a golden set with too few rows of a class is refused with the numbers', async () => {
  const w = world({ golden: { fraction: 0.2, minRowsPerClass: 1000 } });
  putWeek(w.bucket);
  await expect(golden(w)).rejects.toMatchObject({
    name: 'GoldenTooSmall',
    message: expect.stringMatching(/needed are 1000 of each/),
  });
});

it('two golden freezes at once agree on one', async () => {
  const w = world();
  putWeek(w.bucket);
  const [a, b] = await Promise.all([golden(w), golden(w)]);
  expect(a.goldenVersion).toBe(b.goldenVersion);
});

it('an invalid input is refused with what is wrong', async () => {
  await expect(ask(world(), { action: 'melt', run: 'r' })).rejects.toMatchObject({ name: 'InvalidInput' });
});
