import { STAGES, type Stage } from '../contracts/names.ts';
import { notFound, usage } from './errors.ts';

/** A CloudFormation stack as far as the command needs it. */
export interface StackOutputs {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
}
/** One stage of the platform, by what its stacks put out. */
export interface Deployment {
  readonly stage: Stage;
  /** Outputs of the shared stack. */
  readonly storage: Readonly<Record<string, string>>;
  /** Outputs of a model's stacks together, by model. */
  readonly models: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const SHARED = /^coalmine-([a-z]+)-storage$/;
const OWN = /^coalmine-([a-z]+)-(.+)-(?:serving|training|monitoring)$/;

/** The stages that stacks belong to, told by their names; other people's stacks are left out. */
export function deploymentsOf(stacks: readonly StackOutputs[]): Deployment[] {
  return STAGES.flatMap((stage) => {
    const storage = stacks.find((s) => SHARED.exec(s.name)?.[1] === stage);
    if (!storage) return [];
    const models = new Map<string, Record<string, string>>();
    for (const { name, outputs } of stacks) {
      const [, of, model] = OWN.exec(name) ?? [];
      if (of === stage && model) models.set(model, { ...models.get(model), ...outputs });
    }
    return [{ stage, storage: storage.outputs, models }];
  });
}

/**
 * The stage to work on: the one asked for, else the only one there is.
 * @throws CommandError naming the stages that there are
 */
export function chooseDeployment(all: readonly Deployment[], stage: string | undefined): Deployment {
  const there = all.map((d) => d.stage).join(', ');
  if (all.length === 0)
    throw notFound(
      'no stack coalmine-<stage>-storage in this account and region: deploy first, or see --endpoint',
    );
  if (stage === undefined) {
    if (all.length > 1) throw usage(`there are several stages: say --stage with one of ${there}`);
    return all[0]!;
  }
  const found = all.find((d) => d.stage === stage);
  if (!found)
    throw notFound(`stage '${stage}' is not deployed in this account and region; there are: ${there}`);
  return found;
}

/** @throws CommandError naming the stack's missing output */
export function output(outputs: Readonly<Record<string, string>>, name: string): string {
  const value = outputs[name];
  if (!value) throw notFound(`the stacks put out no ${name}: deploy this version of the platform first`);
  return value;
}
