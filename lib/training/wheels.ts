import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ModelDefinition } from '../../contracts/model-definition.ts';

/** Folder below the training program; `npm run training:wheels` fills it. Not in git: 240 MiB of other people's work. */
export const WHEELS = 'wheels';
const REQUIREMENTS = 'requirements-image.txt';

/** As pip compares names: case, `-`, `_` and `.` are one. */
const normal = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

/** What the program pins for the image and brings no wheel of, as `name==version`. @param folder of the program */
export function lackingWheels(folder: string): string[] {
  const file = join(folder, REQUIREMENTS);
  const pinned = (existsSync(file) ? readFileSync(file, 'utf8') : '')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const wheels = join(folder, WHEELS);
  // A wheel's name is name-version-python-abi-platform, in which `-` of the name is `_`.
  const held = (existsSync(wheels) ? readdirSync(wheels) : [])
    .filter((name) => name.endsWith('.whl'))
    .map((name) => name.split('-'))
    .map(([name = '', version = '']) => `${normal(name)}==${version}`);
  return pinned.filter((line) => {
    const [name = '', version = ''] = line.split('==');
    return !held.includes(`${normal(name)}==${version}`);
  });
}

/** Says at synthesis what a training job would say after an instance was paid for. */
export function warnOfLackingWheels(
  scope: Construct,
  { name, trainer }: ModelDefinition,
  lacking: readonly string[],
): void {
  // The toolkit starts the trials of a search, and it installs nothing.
  const needed = trainer.networkIsolation || trainer.tuning !== null;
  if (!needed || lacking.length === 0) return;
  Annotations.of(scope).addWarningV2(
    'coalmine:training-wheels',
    `training/${WHEELS} lacks ${lacking.join(', ')}: jobs that train ${name} install nothing from a network, and fail if the image has it not either. ` +
      `Run 'npm run training:wheels'${trainer.tuning ? '' : ', or set trainer.networkIsolation to false'}`,
  );
}
