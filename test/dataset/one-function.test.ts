import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RawRecord } from '../../contracts/features.ts';
import { Intake, requiredColumns } from '../../lambdas/dataset/intake.ts';
import { recordBatch } from '../../lambdas/dataset/read-jsonl.ts';
import { Rejects } from '../../lambdas/dataset/rejects.ts';
import type { Source } from '../../lambdas/dataset/sources.ts';
import { createTable } from '../../lambdas/dataset/table.ts';
import { Tally } from '../../lambdas/dataset/tally.ts';
import { compileSpec, parseRecord } from '../../lambdas/shared/features/parse.ts';
import { definition as definitionOf } from './world.ts';

const AT = '2026-11-17T12:00:00Z';
const definition = definitionOf({ data: { nullValues: ['unknown'] } });
const spec = compileSpec(definition, {
  hour: (raw) => {
    if (raw['amount'] === 13) throw new Error('unlucky');
    return Number(raw['speed']) * 2;
  },
});
const source: Source = {
  key: 'k',
  versionId: 'v',
  bytes: 1,
  date: '2026-11-17',
  format: 'jsonl',
  path: '',
};

const value = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 1005 }),
  fc.constantFrom(null, undefined, '', ' ', 'unknown', '12', '-0', '1e999', 'red', true, false, -0, 13),
  fc.string({ maxLength: 5 }),
  fc.constant({}),
);
const record = fc.record({ amount: value, speed: value, colour: value });

it('whatever comes, freeze accepts what inference accepts, with the same values', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const rejects = await Rejects.open(db);
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (some) => {
      const raws: RawRecord[] = some.map((r) => ({ ...r, id: 'e', at: AT, y: 1 }));
      const table = createTable(spec.features, 'float64');
      const tally = new Tally(spec.features.length);
      const window = { fromMs: Date.parse('2026-11-17'), toMs: Date.parse('2026-11-18') };
      const golden = { fraction: 0, collect: false };
      const intake = new Intake({ definition, spec, window, table, tally, rejects, golden });
      const wanted = { columns: requiredColumns(definition, spec), entity: 'id', eventTime: 'at' };
      intake.batch(source, recordBatch(raws, 1, wanted));
      const frozen = Array.from({ length: table.size }, (_, i) =>
        Object.fromEntries(
          table.columns.map((c) => [
            c.name,
            c.kind === 'categorical'
              ? (c.categories[c.values[i]!] ?? null)
              : Number.isNaN(c.values[i])
                ? null
                : c.values[i],
          ]),
        ),
      );
      const served = raws.map((raw) => parseRecord(spec, raw));
      expect(frozen).toEqual(served.flatMap((r) => (r.ok ? [r.row] : [])));
      const reasons = served.flatMap((r) => (r.ok ? [] : [`${r.issues[0]!.field}: ${r.issues[0]!.reason}`]));
      const counted: Record<string, number> = {};
      for (const reason of reasons) counted[reason] = (counted[reason] ?? 0) + 1;
      expect(tally.rejectedBy).toEqual(counted);
    }),
    { numRuns: 300 },
  );
  rejects.close();
  db.closeSync();
  instance.closeSync();
});
