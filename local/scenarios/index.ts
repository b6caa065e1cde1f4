import { adult } from './adult.ts';
import { brokenPipeline } from './broken-pipeline.ts';
import { crashRelease } from './crash-release.ts';
import { idle } from './idle.ts';
import { lateFailure } from './late-failure.ts';
import { leak } from './leak.ts';
import { noisyBetter } from './noisy-better.ts';
import { replay } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { sliceRegression } from './slice-regression.ts';
import { spotInterruption } from './spot-interruption.ts';
import { unfair } from './unfair.ts';
import { week } from './week.ts';

/** Every scenario, the default first. */
export const SCENARIOS: readonly Scenario[] = [
  week,
  crashRelease,
  lateFailure,
  brokenPipeline,
  idle,
  spotInterruption,
  replay,
  unfair,
  sliceRegression,
  leak,
  noisyBetter,
  adult,
];
