import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningCloud, startCloud } from '../cloud/cloud.ts';
import { servicesWith } from '../cloud/services/index.ts';
import { undelivered } from '../cloud/services/internal.ts';
import type { Report, ReportData } from '../report/data.ts';
import { toHtml, toJson } from '../report/html.ts';
import type { Scenario, Stage } from '../scenarios/scenario.ts';
import { writeCards } from './cards.ts';
import { definitionOf } from './definition.ts';
import { figuresOf } from './figures.ts';
import { lockFolder } from './lock.ts';
import { Rehearsal } from './rehearsal.ts';
import { readSeries } from './series.ts';
import { synthesise } from './synth.ts';
import type { Terminal } from './terminal.ts';
import { Unexpected } from './unexpected.ts';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Folder of the report, the cloud assembly and the local cloud's files. */
  readonly out: string;
  readonly data: string | undefined;
  readonly terminal: Terminal;
  /** Command of the training program. @default the embedded trainer */
  readonly training?: readonly string[];
  /** Called when the scenario has ended and before the cloud stops. */
  readonly afterwards?: (rehearsal: Rehearsal) => Promise<void>;
}

/** Runs one scenario from synthesis to report. Rejects only for what is no verdict on the scenario: synthesis, files. */
export async function runScenario(options: RunOptions): Promise<Report> {
  const { scenario, seed, out, terminal } = options;
  const stage = scenario.open({ seed, data: options.data });
  const unlock = lockFolder(out);
  const started = performance.now();
  try {
    const assembly = join(out, 'cdk.out');
    const dir = join(out, 'cloud');
    for (const old of [assembly, dir, join(out, 'cards'), join(out, 'report.html'), join(out, 'report.json')])
      rmSync(old, { recursive: true, force: true });
    terminal.heading(`Coalmine rehearses "${scenario.name}" (model ${scenario.model}, seed ${seed})`);
    terminal.line(scenario.summary);
    terminal.status(() => 'Synthesising the stacks');
    await synthesise(assembly, [scenario.model]);
    terminal.status(() => 'Creating the resources in the local cloud');
    const running = await startCloud({
      assembly,
      start: new Date(stage.start),
      seed,
      dir,
      services: servicesWith({ sagemaker: { command: options.training } }),
    });
    try {
      return await playAndReport(options, stage, running, started);
    } finally {
      await running.stop();
    }
  } finally {
    unlock();
    terminal.done();
  }
}

async function playAndReport(
  options: RunOptions,
  stage: Stage,
  running: RunningCloud,
  started: number,
): Promise<Report> {
  const { scenario, terminal, out } = options;
  const definition = await definitionOf(scenario.model);
  const r = new Rehearsal({
    running,
    definition,
    world: stage.world,
    terminal,
    outcomeShare: stage.outcomeShare,
  });
  const resources = running.stacks.reduce((sum, s) => sum + s.resources.length, 0);
  terminal.line(
    `${running.stacks.length} stacks with ${resources} resources are up after ${seconds(started)} s\n`,
  );
  const ended = await play(stage, r);
  const wallSeconds = Number(seconds(started));
  const data: ReportData = {
    scenario: scenario.name,
    model: scenario.model,
    seed: options.seed,
    ended,
    wallSeconds,
    summary: scenario.summary,
    from: stage.start,
    to: r.now,
    notes: r.journal.notes,
    timeline: r.journal.timeline(),
    figures: { ...figuresOf(r), ...stage.figures?.(r) },
    series: { ...readSeries(r, stage.start, r.now), ...stage.series?.(r) },
    thresholds: {
      errorRate: definition.alarms.errorRate,
      p99Ms: definition.alarms.p99Ms,
      psi: definition.drift.psi,
    },
  };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'report.json'), `${JSON.stringify(toJson(data), null, 2)}\n`);
  writeFileSync(join(out, 'report.html'), toHtml(data));
  await writeCards(r, join(out, 'cards'));
  await options.afterwards?.(r);
  return toJson(data);
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);

/** The verdict: `as expected`, or what was not. */
async function play(stage: Stage, r: Rehearsal): Promise<string> {
  try {
    await stage.play(r);
  } catch (error) {
    if (error instanceof Unexpected) return error.message;
    throw error;
  }
  return hiddenTrouble(r) ?? 'as expected';
}

/** What no scenario may leave behind, however it ended. */
function hiddenTrouble(r: Rehearsal): string | undefined {
  const [problem] = r.running.problems;
  if (problem) return `the local cloud had a problem: ${problem.message}`;
  const [malformed] = r.journal.malformed;
  if (malformed) return `an event is not as its contract says: ${malformed}`;
  const [lost] = undelivered(r.running.cloud);
  if (lost) return `an event did not reach ${lost.target}: ${lost.error}`;
  return undefined;
}
