import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelDefinition } from '../../contracts/model-definition.ts';

/** What trains in a rehearsal: the embedded trainer, or the program of the training containers. */
export const TRAINERS = ['embedded', 'container'] as const;
export type TrainerChoice = (typeof TRAINERS)[number];

/** The containers' program cannot run here; the message says what to do. */
export class TrainerMissing extends Error {
  override readonly name = 'TrainerMissing';
}

const TRAINING = join(import.meta.dirname, '../../training');
/** What the containers import that Python does not bring. */
const PACKAGES: Record<ModelDefinition['trainer']['container'], readonly string[]> = {
  xgboost: ['numpy', 'pyarrow', 'onnx', 'onnxruntime', 'xgboost'],
  pytorch: ['numpy', 'pyarrow', 'onnx', 'onnxruntime', 'torch'],
};

/**
 * The command that trains a model; undefined for the embedded trainer.
 * @throws TrainerMissing without an interpreter that has what the container needs
 */
export function trainingCommand(
  choice: TrainerChoice,
  { trainer: { container } }: Pick<ModelDefinition, 'trainer'>,
): readonly string[] | undefined {
  if (choice === 'embedded') return undefined;
  const python = process.env['COALMINE_PYTHON'] ?? join(TRAINING, '.venv/bin/python');
  const way = 'run npm run training:install, or name an interpreter in COALMINE_PYTHON';
  if (!existsSync(python))
    throw new TrainerMissing(`--trainer container needs Python, and there is no ${python}: ${way}`);
  // Looked for, not imported: importing torch takes seconds.
  const look = `import importlib.util as u, sys; print(*[p for p in sys.argv[1:] if not u.find_spec(p)])`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', look, ...PACKAGES[container]], {
    encoding: 'utf8',
  });
  const trouble = status === 0 ? stdout.trim() && `lacks ${stdout.trim()}` : `does not run: ${stderr.trim()}`;
  if (trouble) throw new TrainerMissing(`--trainer container: ${python} ${trouble}: ${way}`);
  return [python, join(TRAINING, 'train.py')];
}
