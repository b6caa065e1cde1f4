import { describe, expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { signature, type, world } from './world.ts';

describe('reading commands', () => {
  it('show a table to people and JSON to programs', async () => {
    const { platform, addVersion, release } = world();
    addVersion(1);
    await release(1);
    const people = await type(platform, 'models');
    expect(people.out.split('\n').map((l) => l.split(/\s{2,}/))).toEqual([
      ['MODEL', 'CHAMPION', 'CANDIDATE', 'PREVIOUS', 'STATE', 'LAST RUN'],
      ['fraud', '1', '-', '-', 'steady', '-'],
    ]);
    const program = await type(platform, '--json models');
    expect(JSON.parse(program.out)).toMatchObject([{ model: 'fraud', champion: 1 }]);
    expect((await type(platform, 'models --json')).out).toBe(program.out);
  });

  it('list every change with who and why, newest first, and no more than asked for', async () => {
    const { platform, addVersion, release } = world();
    addVersion(1);
    await release(1);
    const { out } = await type(platform, 'events fraud');
    expect(out).toMatch(/release\.promoted +champion none → 1, candidate 1 → none +arn:grace +release 1/);
    expect(out).toMatch(/version 1 +candidate → champion/);
    const events = JSON.parse((await type(platform, 'events fraud --limit 3 --json')).out) as {
      at: string;
    }[];
    expect(events).toHaveLength(3);
    expect(events.map((e) => e.at)).toEqual(
      events
        .map((e) => e.at)
        .toSorted()
        .toReversed(),
    );
  });

  it('show metrics by set side by side, and the life of a version from its beginning', async () => {
    const { platform, table, addVersion } = world();
    addVersion(1, {
      metrics: { 'golden.auc': 0.9, 'validation.auc': 0.8, 'champion.golden.auc': 0.7, seconds: 3 },
    });
    const at = '2026-11-16T00:00:00.000Z';
    const event = { model: 'fraud', version: 1, at, by: 'ada', reason: 'r' };
    // Told in one instant, and kept in the order of their keys.
    table.items.set('STATUS#000001#a', { ...event, from: 'registered', to: 'candidate' });
    table.items.set('STATUS#000001#b', { ...event, from: null, to: 'registered' });
    const lines = (await type(platform, 'show fraud 1')).out.split('\n').map((l) => l.trim().split(/\s{2,}/));
    expect(lines).toContainEqual(['GOLDEN', 'VALIDATION', 'CHAMPION.GOLDEN', 'RUN']);
    expect(lines).toContainEqual(['auc', '0.9', '0.8', '0.7', '-']);
    expect(lines).toContainEqual(['seconds', '-', '-', '-', '3']);
    const history = lines.filter((l) => l[0] === '2026-11-16 00:00Z').map((l) => l[2]);
    expect(history).toEqual(['registered', 'candidate']);
  });

  it('compare two versions by data, features, code and metrics, and leave out what is the same', async () => {
    const { platform, addVersion, artifacts } = world();
    addVersion(1);
    addVersion(2, { datasetVersion: 'ds-20261125-000000000000', metrics: { 'golden.auc': 0.93 } });
    artifacts.set('models/fraud/2/signature.json', signature('a', 'b'));
    const { out } = await type(platform, 'diff fraud 1 2 --json');
    expect(JSON.parse(out)).toEqual({
      model: 'fraud',
      a: 1,
      b: 2,
      data: [{ name: 'dataset version', a: 'ds-20261118-000000000000', b: 'ds-20261125-000000000000' }],
      features: [{ name: 'b', a: null, b: 'numeric' }],
      code: [],
      hyperparameters: [],
      metrics: [{ name: 'golden.auc', a: 0.9, b: 0.93 }],
      notes: ['validation metrics are of other rows: each version was measured on those of its own dataset'],
    });
  });

  it('do not compare what was measured on two golden sets', async () => {
    const { platform, addVersion } = world();
    addVersion(1, { goldenVersion: 'golden-1', metrics: { 'golden.auc': 0.9, 'validation.auc': 0.8 } });
    addVersion(2, {
      goldenVersion: 'golden-2',
      metrics: { 'golden.auc': 0.7, 'champion.golden.auc': 0.6, 'validation.auc': 0.81 },
    });
    const { out } = await type(platform, 'diff fraud 1 2');
    expect(out).toContain('version 1 was measured on golden-1, version 2 on golden-2');
    expect(out).toMatch(/validation\.auc +0\.8 +0\.81/);
    expect(out).not.toContain('golden.auc');
    const { out: versions } = await type(platform, 'versions fraud');
    expect(versions.split('\n').map((l) => l.split(/\s{2,}/)[4])).toEqual([
      'GOLDEN SET',
      'golden-2',
      'golden-1',
    ]);
  });
});

describe('changing commands', () => {
  const released = { machine: 'Release', input: { version: 1, by: 'arn:ada', reason: 'released by hand' } };

  it('start the machine in the name of who asks', async () => {
    const { platform, addVersion, started } = world();
    addVersion(1);
    const { code, out } = await type(platform, 'release fraud v1');
    expect([code, out]).toEqual([EXIT.done, 'started arn:Release']);
    await type(platform, 'rollback fraud --reason smoke');
    await type(platform, 'retrain fraud');
    await type(platform, 'retrain fraud --renew-golden --reason stale');
    expect(started).toEqual([
      released,
      { machine: 'Rollback', input: { reason: 'smoke', by: 'arn:ada', slot: null } },
      { machine: 'Retrain', input: { reason: 'retrained by hand', by: 'arn:ada' } },
      { machine: 'Retrain', input: { reason: 'stale', by: 'arn:ada', renewGolden: true } },
    ]);
  });

  it('change prod only when the model is named, or --yes is said', async () => {
    const { platform, addVersion, started } = world('prod');
    addVersion(1);
    const silent = await type(platform, 'release fraud 1');
    expect(silent.code).toBe(EXIT.unconfirmed);
    expect(silent.notes).toContain('release version 1 (registered) of fraud to prod; say --yes');
    expect((await type(platform, 'release fraud 1', 'y')).code).toBe(EXIT.unconfirmed);
    expect((await type(platform, 'rollback fraud', '')).code).toBe(EXIT.unconfirmed);
    expect((await type(platform, 'retrain fraud', 'no')).code).toBe(EXIT.unconfirmed);
    expect(started).toEqual([]);
    const named = await type(platform, 'release fraud 1', 'fraud');
    expect(named.asked).toHaveLength(1);
    expect((await type(platform, 'release fraud 1 --yes')).code).toBe(EXIT.done);
    expect(started).toEqual([released, released]);
  });

  it('wait for the end when asked, and tell a bad one by the exit code', async () => {
    const { platform, addVersion, executions } = world();
    addVersion(1);
    const running = { status: 'RUNNING', output: null, error: null, cause: null };
    executions.unshift(running, running);
    expect((await type(platform, 'release fraud 1 --wait')).code).toBe(EXIT.done);
    executions[0] = { status: 'FAILED', output: null, error: 'ReleaseUndecided', cause: 'too few samples' };
    const bad = await type(platform, 'release fraud 1 --wait');
    expect(bad.code).toBe(EXIT.endedBadly);
    expect(bad.notes).toContain('ended FAILED: ReleaseUndecided too few samples');
    const output = { decision: 'ignore', reason: 'version 1 was promoted long ago' };
    executions[0] = { status: 'SUCCEEDED', output, error: null, cause: null };
    const ignored = await type(platform, 'rollback fraud --wait');
    expect(ignored.code).toBe(EXIT.endedBadly);
    expect(ignored.notes).toContain('nothing was rolled back: version 1 was promoted long ago');
  });

  it('start nothing for a version or a run that there is not', async () => {
    const { platform, started } = world();
    expect((await type(platform, 'release fraud 7')).code).toBe(EXIT.notFound);
    expect((await type(platform, 'retrain fraud --reproduce run-x')).code).toBe(EXIT.notFound);
    expect(started).toEqual([]);
  });
});

describe('wrong usage', () => {
  it('is exit code 2 and says what is right', async () => {
    const { platform } = world();
    for (const args of [
      'relase fraud 1',
      'show fraud',
      'models --stage production',
      'events fraud --limit 0',
      'retrain fraud --reproduce run-1 --renew-golden',
    ])
      expect((await type(platform, args)).code, args).toBe(EXIT.usage);
    expect((await type(platform, 'show fraud one')).notes).toContain("'one' is no version");
    expect((await type(platform, '--help')).code).toBe(EXIT.done);
  });

  it('is told from a failure of AWS', async () => {
    const broken = {
      ...world().platform,
      registry: () => {
        throw new Error('no network');
      },
    };
    const { code, notes } = await type(broken, 'versions fraud');
    expect(code).toBe(EXIT.failed);
    expect(notes).toBe('Error: no network');
  });
});
