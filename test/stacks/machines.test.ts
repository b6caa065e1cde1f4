import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type MachineName, machineFile } from '../../lib/shared/machine.ts';
import { resourcesOf, sampleTemplates, type Templates } from './app.ts';

const asked = (name: MachineName) =>
  [...new Set(readFileSync(machineFile(name), 'utf8').match(/(?<=\$\{)\w+(?=\})/g))].sort();

/** Names of the substitutions of the one machine in a template whose id holds `fragment`. */
function supplied(template: Template, fragment: string): string[] {
  const machines = Object.entries(resourcesOf(template, 'AWS::StepFunctions::StateMachine'));
  const found = machines.filter(([id]) => id.includes(fragment));
  expect(found).toHaveLength(1);
  return Object.keys(found[0]![1].Properties['DefinitionSubstitutions'] as object).sort();
}

describe('the state machines', () => {
  let templates: Templates;
  beforeAll(async () => {
    templates = await sampleTemplates();
  });

  it('get every substitution that the retrain definition asks for, and no other', () => {
    expect(supplied(templates.training, 'Retrain')).toEqual(asked('retrain'));
  });

  it('get every substitution that the release definition asks for, and no other', () => {
    expect(supplied(templates.serving, 'MachinesRelease')).toEqual(asked('release'));
  });

  it('get every substitution that the rollback definition asks for, and no other', () => {
    expect(supplied(templates.serving, 'MachinesRollback')).toEqual(asked('rollback'));
  });
});
