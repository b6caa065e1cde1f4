import { brokenPipeline } from './broken-pipeline.ts';
import { crashRelease } from './crash-release.ts';
import { idle } from './idle.ts';
import { lateFailure } from './late-failure.ts';
import { replay } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { week } from './week.ts';

/** Every scenario, the default first. */
export const SCENARIOS: readonly Scenario[] = [week, crashRelease, lateFailure, brokenPipeline, idle, replay];
