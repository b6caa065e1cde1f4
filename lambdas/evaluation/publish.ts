import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { ArtifactFiles, PinnedObject } from '../../contracts/artifact.ts';
import { keys } from '../../contracts/names.ts';
import type { EvaluationOutput } from '../../contracts/steps.ts';
import { type ObjectStore, sha256 } from '../shared/clients.ts';
import type { Evaluation } from './evaluate.ts';

const TYPES: Readonly<Record<string, string>> = { json: 'application/json', md: 'text/markdown' };

/** Where the files of one run's evaluation go. */
export interface Destination {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly model: string;
  readonly run: string;
}

async function put(to: Destination, file: string, body: Buffer): Promise<PinnedObject> {
  const key = keys.evaluation(to.model, to.run, file);
  const { VersionId } = await to.store.send(
    new PutObjectCommand({
      Bucket: to.bucket,
      Key: key,
      Body: body,
      ContentType: TYPES[file.split('.').at(-1)!] ?? 'application/octet-stream',
    }),
  );
  if (!VersionId) throw new Error(`bucket ${to.bucket} does not keep versions: nothing in it can be pinned`);
  return { key, versionId: VersionId, sha256: sha256(body) };
}

/**
 * Writes the artifact and the report of an evaluation. A retry of the run writes again: the bucket keeps versions, and
 * whoever comes later reads those that this answer pins.
 */
export async function writeEvaluation(to: Destination, evaluation: Evaluation): Promise<EvaluationOutput> {
  const { passed, reasons, metrics, unknown, gates, slices, fairness, champion, files } = evaluation;
  const report = { run: to.run, passed, reasons, champion, metrics, unknown, gates, slices, fairness };
  const [pins] = await Promise.all([
    Promise.all(
      Object.entries(files).map(async ([name, body]) => [name, await put(to, name, body)] as const),
    ),
    put(to, 'report.json', Buffer.from(`${JSON.stringify(report, null, 2)}\n`)),
  ]);
  const pinned: ArtifactFiles = Object.fromEntries(pins);
  return {
    passed,
    reasons: [...reasons],
    metrics: { ...metrics },
    report: keys.evaluation(to.model, to.run, 'report.json'),
    files: pinned,
    champion,
  };
}
