import { describe, expect, it } from 'vitest';
import { datasetInput, type FreezeOutput, type GoldenOutput } from '../../contracts/steps.ts';
import { ensureGolden } from '../../lambdas/dataset/golden.ts';
import { goldenSetting } from '../../lambdas/dataset/golden-setting.ts';
import { runDataset } from '../../lambdas/dataset/service.ts';
import { getJson } from '../../lambdas/shared/objects.ts';
import { csvLines, HEADER, parquetRows, putWeek, rawKey, world } from './world.ts';

type World = ReturnType<typeof world>;
const ask = (w: World, input: object) =>
  runDataset(w.service, datasetInput.safeParse({ run: 'r', ...input }));
const golden = (w: World, renew?: boolean) => ask(w, { action: 'golden', renew }) as Promise<GoldenOutput>;
const rowsOf = (w: World, key: string) => parquetRows(w.bucket.objects.get(key)!.at(-1)!.body);

describe('a golden set', () => {
  it('never shares a row with a dataset: every entity is on one side, also one that appears later', async () => {
    const w = world();
    putWeek(w.bucket);
    const { goldenVersion } = await golden(w);
    // New entities after the golden set was frozen.
    w.bucket.put(
      rawKey('2026-11-17', 'late.csv'),
      [HEADER, ...csvLines('2026-11-17', 60).map((l) => `new-${l}`), ''].join('\n'),
    );
    const { datasetVersion } = (await ask(w, { action: 'freeze', goldenVersion })) as FreezeOutput;
    const aside = new Set(
      (await rowsOf(w, `golden/demo/${goldenVersion}/golden.parquet`)).map((r) => r['entity']),
    );
    const files = ['train', 'validation'].map((f) =>
      rowsOf(w, `datasets/demo/${datasetVersion}/${f}.parquet`),
    );
    const trained = (await Promise.all(files)).flat();
    expect(aside.size).toBeGreaterThan(0);
    expect(trained.length).toBeGreaterThan(0);
    expect(trained.filter((r) => aside.has(r['entity']))).toEqual([]);
  });

  it('is renewed beside the old one when it is asked for, and stays otherwise', async () => {
    const w = world();
    putWeek(w.bucket);
    const first = await golden(w);
    w.bucket.put(
      rawKey('2026-11-16', 'more.csv'),
      [HEADER, ...csvLines('2026-11-16', 60, 200_000), ''].join('\n'),
    );
    expect(await golden(w)).toMatchObject({ goldenVersion: first.goldenVersion, created: false });
    const second = await golden(w, true);
    expect(second).toMatchObject({ created: true, replaces: first.goldenVersion });
    expect(second.goldenVersion).not.toBe(first.goldenVersion);
    expect(await golden(w)).toMatchObject({ goldenVersion: second.goldenVersion, created: false });
    expect(w.bucket.keys(`golden/demo/${first.goldenVersion}/`)).toHaveLength(2);
    expect(w.events.map((e) => e.type)).toEqual(['golden.frozen', 'golden.frozen']);
  });

  it('renewed takes no entity that the set before it left to training, whatever the definition says by then', async () => {
    const w = world();
    putWeek(w.bucket);
    await golden(w);
    const { fraction } = w.service.deps.model.definition.golden;
    w.bucket.put(
      rawKey('2026-11-16', 'more.csv'),
      [HEADER, ...csvLines('2026-11-16', 60, 200_000), ''].join('\n'),
    );
    const wider = {
      ...w.service.deps.model.definition,
      golden: { fraction: 0.5, minRowsPerClass: 1, maxPsi: 0.2 },
    };
    const deps = { ...w.service.deps, model: { ...w.service.deps.model, definition: wider } };
    const { goldenVersion } = await ensureGolden(deps, w.service.setting, true);
    const manifest = await getJson(w.bucket, 'datasets', `golden/demo/${goldenVersion}/manifest.json`);
    expect(manifest).toMatchObject({ fraction });
  });

  it('renewed from the same rows is the same one', async () => {
    const w = world();
    putWeek(w.bucket);
    const first = await golden(w);
    expect(await golden(w, true)).toMatchObject({ goldenVersion: first.goldenVersion, created: false });
  });
});

it('the setting is replaced only by who knows what it was', async () => {
  let stored = 'golden-1';
  const client = {
    send: async (command: { input: { ExpressionAttributeValues?: Record<string, string> } }) => {
      const values = command.input.ExpressionAttributeValues;
      if (!values) return { Item: { goldenVersion: stored } };
      if (values[':from'] !== stored)
        throw Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' });
      stored = values[':v']!;
      return {};
    },
  };
  const setting = goldenSetting(client as unknown as Parameters<typeof goldenSetting>[0], 't', 'demo');
  expect(await setting.replace('golden-0', 'golden-2')).toBe('golden-1');
  expect(await setting.replace('golden-1', 'golden-2')).toBe('golden-2');
  expect(stored).toBe('golden-2');
});
