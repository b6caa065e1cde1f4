import { type Baseline, baselineSchema } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { OutcomeLine, PredictionLine } from '../../contracts/prediction.ts';
import type { VersionItem } from '../../contracts/registry.ts';
import { CoalmineError } from '../shared/errors.ts';
import { getBytes, type ObjectStore, sha256 } from '../shared/objects.ts';
import { WindowProfile } from '../shared/statistics/window-profile.ts';
import { type LiveAuc, liveAuc } from './auc.ts';
import { type GoldenStaleness, goldenStaleness } from './golden.ts';
import { type LogReading, listLog, readLog } from './log.ts';
import { judgeWindow, type WindowVerdict } from './verdict.ts';

const HOUR_MS = 3_600_000;
/**
 * Days of predictions that outcomes are joined to: outcomes arrive hours to days late, so the window itself may have
 * hardly any yet.
 */
export const OUTCOME_DAYS = 7;

/** What one check found out, before any decision. */
export interface Finding {
  /** Distinct predictions of the champion in the window. */
  readonly rows: number;
  readonly undecided: string | null;
  readonly verdict: WindowVerdict | null;
  readonly golden: GoldenStaleness | null;
  readonly auc: LiveAuc;
  readonly log: LogReading & { readonly duplicates: number; readonly otherVersions: number };
}

export interface CheckSources {
  readonly store: ObjectStore;
  readonly predictionBucket: string;
  readonly artifactBucket: string;
}

/**
 * Compares what the champion saw and said in the window [at − windowHours, at) with its baseline.
 * Predictions that Firehose delivered twice count once.
 */
export async function examine(
  sources: CheckSources,
  definition: ModelDefinition,
  champion: VersionItem,
  atMs: number,
): Promise<Finding> {
  const baseline = await loadBaseline(sources, champion);
  const fromMs = atMs - definition.drift.windowHours * HOUR_MS;
  const joinFromMs = Math.min(fromMs, atMs - OUTCOME_DAYS * 24 * HOUR_MS);
  const { store, predictionBucket } = sources;
  const objects = await listLog(store, predictionBucket, definition.name, joinFromMs, atMs);
  const reading: LogReading = { objects: 0, every: 1, unreadable: [], garbage: 0 };
  const profile = new WindowProfile(baseline);
  const scores = new Map<string, number>();
  const outcomes = new Map<string, OutcomeLine>();
  let duplicates = 0;
  let otherVersions = 0;
  const takePrediction = (line: PredictionLine) => {
    const time = Date.parse(line.at);
    if (!(time >= joinFromMs && time < atMs)) return;
    if (line.version !== champion.version) otherVersions++;
    else if (scores.has(line.predictionId)) duplicates++;
    else {
      scores.set(line.predictionId, line.score);
      if (time >= fromMs) profile.add(line.features, line.score);
    }
  };
  for await (const line of readLog(store, predictionBucket, objects, reading)) {
    if (line.event === 'prediction') takePrediction(line);
    else if (Date.parse(line.at) < atMs) {
      // The last word counts: an outcome may be corrected.
      const known = outcomes.get(line.predictionId);
      if (!known || known.at <= line.at) outcomes.set(line.predictionId, line);
    }
  }
  const joined = [...outcomes.values()].flatMap(({ predictionId, label }) => {
    const score = scores.get(predictionId);
    return score === undefined ? [] : [{ score, label }];
  });
  const undecided = whyUndecided(definition, champion, profile.rows, reading);
  return {
    rows: profile.rows,
    undecided,
    verdict: undecided === null ? judgeWindow(baseline, profile, definition.drift) : null,
    golden:
      undecided === null
        ? goldenStaleness(baseline, profile, definition.golden.maxPsi, definition.drift.exclude)
        : null,
    auc: liveAuc(joined),
    log: { ...reading, duplicates, otherVersions },
  };
}

function whyUndecided(
  { drift }: ModelDefinition,
  champion: VersionItem,
  rows: number,
  { objects, unreadable }: LogReading,
): string | null {
  if (objects > 0 && unreadable.length === objects) return `none of the ${objects} log objects is readable`;
  if (rows >= drift.minRows) return null;
  return `version ${champion.version} made ${rows} predictions in ${drift.windowHours} h, needed are ${drift.minRows}`;
}

/** @throws CoalmineError ArtifactInvalid when the sealed baseline is missing or is not what was sealed */
async function loadBaseline(sources: CheckSources, { version, artifact }: VersionItem): Promise<Baseline> {
  const pin = artifact['baseline.json'];
  if (!pin) throw new CoalmineError('ArtifactInvalid', `version ${version} has no baseline.json`);
  const { bytes } = await getBytes(sources.store, sources.artifactBucket, pin.key, pin.versionId);
  const hash = sha256(bytes);
  if (hash !== pin.sha256)
    throw new CoalmineError('ArtifactInvalid', `${pin.key} has sha256 ${hash}, sealed was ${pin.sha256}`);
  return baselineSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
