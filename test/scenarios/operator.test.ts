import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

let rehearsal: ChildProcess;
let out: string;
let printed = '';
let endpoint: string;
let credentials: Record<string, string>;

const found = (pattern: RegExp): string => {
  const match = pattern.exec(printed)?.[1];
  if (match === undefined) throw new Error(`${pattern} is not in what was printed:\n${printed}`);
  return match;
};

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'coalmine-operator-'));
  rehearsal = spawn(process.execPath, ['local/rehearse.ts', '--scenario', 'idle', '--serve', '--out', out], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((up, failed) => {
    rehearsal.on('exit', (code) => failed(new Error(`the rehearsal ended with ${code}:\n${printed}`)));
    rehearsal.stdout!.on('data', (text) => {
      printed += text;
      if (/npx coalmine --endpoint \S+ models\n/.test(printed)) up();
    });
  });
  endpoint = found(/npx coalmine --endpoint (\S+) models/);
  credentials = {
    AWS_ACCESS_KEY_ID: found(/AWS_ACCESS_KEY_ID='([^']+)'/),
    AWS_SECRET_ACCESS_KEY: found(/AWS_SECRET_ACCESS_KEY='([^']+)'/),
  };
});
afterAll(async () => {
  rehearsal.removeAllListeners('exit');
  const gone = once(rehearsal, 'exit');
  rehearsal.kill('SIGINT');
  await gone;
  rmSync(out, { recursive: true, force: true });
});

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as a person types it. */
function coalmine(...args: string[]): Promise<Said> {
  const child = spawn(process.execPath, ['cli/coalmine.js', '--endpoint', endpoint, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...credentials },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    said.out += text;
  });
  child.stderr.on('data', (text) => {
    said.err += text;
  });
  return new Promise((done) => child.on('close', (code) => done({ code, ...said })));
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, out: text, err } = await coalmine(...args, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(text) as T;
}

it('shows who serves and what every version was made from', async () => {
  const models = await json<{ model: string; champion: number }[]>('models');
  expect(models).toMatchObject([{ model: 'fraud', champion: 1, candidate: null, state: null }]);
  const versions = await json<{ version: number; status: string }[]>('versions', 'fraud');
  expect(versions.map((v) => [v.version, v.status])).toEqual([
    [2, 'registered'],
    [1, 'champion'],
  ]);
  const { code, out: text } = await coalmine('show', 'fraud', '2');
  expect(code).toBe(0);
  expect(text).toContain('fraud version 2');
  expect(text).toMatch(/candidate +registered +.*ReleaseUndecided/);
});

it('tells what differs between two versions', async () => {
  const diff = await json<Record<string, { name: string }[]>>('diff', 'fraud', '1', '2');
  expect(diff['data']?.map((d) => d.name)).toContain('dataset version');
  expect(diff['hyperparameters']).toEqual([]);
  expect(diff['metrics']?.map((d) => d.name)).toContain('golden.auc');
});

it('tells what the training of both versions has cost', async () => {
  const versions = await json<{ run: string }[]>('versions', 'fraud');
  const [month] = await json<{ runs: Record<string, { state: string; usd: number }> }[]>('budget', 'fraud');
  const entries = versions.map(({ run }) => month!.runs[run]!);
  expect(entries.map((e) => e.state)).toEqual(['settled', 'settled']);
  const sum = entries.reduce((usd, e) => usd + e.usd, 0);
  expect(sum).toBeGreaterThan(0);
  expect(month).toMatchObject({ budgetUsd: 200, spentUsd: sum, reservedUsd: 0, leftUsd: 200 - sum });
});

it('releases a version while time passes, and then says what served before and after', async () => {
  const before = await json<{ at: string }[]>('events', 'fraud', '--limit', '1');
  const released = await coalmine('release', 'fraud', '2', '--reason', 'try it', '--wait');
  expect(released.err).toContain('waiting for its end');
  expect(released.code, released.err).toBe(0);
  const [champion] = await json<{ champion: number; previous: number }[]>('models');
  expect(champion).toMatchObject({ champion: 2, previous: 1 });
  const then = await json<{ servers: { version: number; percent: number }[] }>('at', 'fraud', before[0]!.at);
  expect(then.servers).toMatchObject([{ version: 1, percent: 100 }]);
  const now = await json<{ servers: object[]; release: object }>('at', 'fraud', '2100-01-01');
  expect(now.servers).toMatchObject([{ version: 2, percent: 100, item: { status: 'champion' } }]);
  expect(now.release).toMatchObject({ by: 'arn:aws:iam::123456789012:root', reason: 'try it' });
});

it('repeats a run from its recorded inputs and finds the same model, bit by bit', async () => {
  const [version] = await json<{ run: string }[]>('versions', 'fraud');
  const again = await json<{ output: object }>(
    'retrain',
    'fraud',
    '--reproduce',
    version!.run,
    '--yes',
    '--wait',
  );
  expect(again.output).toMatchObject({ reproduced: true, of: version!.run, differences: [] });
  const [run] = await json<{ outcome: string; reproduces: string }[]>('runs', 'fraud');
  expect(run).toMatchObject({ outcome: 'reproduced', reproduces: version!.run });
});

it('brings the version before back', async () => {
  const { code, err } = await coalmine('rollback', 'fraud', '--wait');
  expect(code, err).toBe(0);
  expect(await json('models')).toMatchObject([{ champion: 1 }]);
  expect(await json('versions', 'fraud')).toMatchObject([
    { version: 2, status: 'rolled-back' },
    { version: 1 },
  ]);
});

it('has exit codes that scripts can tell apart', async () => {
  expect((await coalmine('versions', 'nobody')).code).toBe(3);
  expect((await coalmine('show', 'fraud', '9')).code).toBe(3);
  expect((await coalmine('at', 'fraud', 'yesterday')).code).toBe(2);
  const refused = await coalmine('release', 'fraud', '2', '--wait');
  expect(refused.code).toBe(5);
  expect(refused.err).toContain('VersionNotReleasable');
  const ignored = await coalmine('rollback', 'fraud', '--wait');
  expect(ignored.code).toBe(5);
  expect(ignored.err).toContain('nothing was rolled back: ');
});
