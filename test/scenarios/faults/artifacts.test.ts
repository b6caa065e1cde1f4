import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../../contracts/names.ts';
import type { S3Service } from '../../../local/cloud/services/internal.ts';
import { retrain } from '../../../local/scenarios/acts.ts';
import { deny, type FaultStage, openStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };

/** The release of a version that cannot be loaded: it ends at the smoke test, and no request ever reaches it. */
async function endsAtSmokeTest(version: number, error: string, cause: string): Promise<void> {
  const mark = stage.mark;
  const ended = await stage.run('Release', { version, ...why });
  expect(ended).toMatchObject({ status: 'FAILED', error });
  expect(ended.cause).toContain(cause);
  const failed = stage.r.journal.of('release.failed', mark).map((e) => e.detail);
  expect(failed).toMatchObject([{ version, step: 'Smoke', error }]);
  expect(stage.since(mark, 'release.weight-shifted', 'release.promoted')).toEqual([]);
  await stage.consistent(1);
}

describe('what a version cannot be served with', () => {
  for (const file of ['model.onnx', 'signature.json']) {
    it(`a ${file} that is not what was registered is refused before any request`, async () => {
      const version = await retrain(stage.r, 'a candidate');
      const s3 = stage.r.running.cloud.service<S3Service>('s3');
      s3.corrupt(stage.r.outputs.ArtifactBucketName, keys.sealed('fraud', version, file));
      await endsAtSmokeTest(version, 'SmokeTestFailed', 'ArtifactInvalid');
      expect((await stage.versions()).find((v) => v.version === version)).toMatchObject({
        status: 'rejected',
        failedAt: 'Smoke',
      });
      expect(await stage.run('Release', { version, ...why })).toMatchObject({
        error: 'VersionNotReleasable',
      });
    });
  }

  it.each(['kms:Decrypt', 's3:GetObjectVersion'])(
    'a function that may not %s does not start; its release says so and does not blame the version',
    async (action) => {
      const version = await retrain(stage.r, 'a candidate');
      const heal = deny(stage, '-InferenceRole', action);
      await endsAtSmokeTest(version, 'ArtifactUnreadable', action);
      heal();
      expect((await stage.versions()).find((v) => v.version === version)?.status).toBe('registered');
    },
  );

  it('golden scores that the release may not read end it, and the version may be released later', async () => {
    const version = await retrain(stage.r, 'a candidate');
    const mark = stage.mark;
    const heal = deny(stage, '-ReleaseRole', 's3:GetObjectVersion');
    const ended = await stage.run('Release', { version, ...why });
    heal();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect(ended.cause).toContain('s3:GetObjectVersion');
    expect(stage.since(mark, 'release.failed')).toEqual(['release.failed']);
    await stage.consistent(1);
    expect((await stage.versions()).find((v) => v.version === version)?.status).toBe('registered');
    const release = await stage.start('Release', { version, ...why });
    await stage.reached(release, 'AwaitShadow');
    await stage.run('Rollback', why);
    await stage.consistent(1);
  });
});
