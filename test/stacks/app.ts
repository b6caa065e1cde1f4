import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { defineModel, type ModelDefinitionInput } from '../../contracts/model-definition.ts';
import type { Stage } from '../../contracts/names.ts';
import { buildApp, type CoalmineApp } from '../../lib/app.ts';

/** A model that is nobody's: the templates of the tests do not change with the models of the project. */
export const sampleModel = (more: Partial<ModelDefinitionInput> = {}) =>
  defineModel({
    name: 'sample',
    description: 'A sample.',
    task: 'binary',
    entity: 'id',
    eventTime: 'at',
    label: { column: 'y' },
    features: [{ name: 'x', kind: 'numeric' }],
    ...more,
  });

export interface SampleOptions {
  readonly stage?: Stage;
  readonly model?: Partial<ModelDefinitionInput>;
  /** Text of every function's code. */
  readonly code?: string;
}

/** The stacks of the sample model, without bundling. */
export function buildSample(options: SampleOptions = {}): Promise<CoalmineApp> {
  return buildApp({
    stage: options.stage ?? 'dev',
    models: [sampleModel(options.model)],
    outdir: mkdtempSync(join(tmpdir(), 'coalmine-test-')),
    code: { of: () => Code.fromInline(options.code ?? 'export const handler = () => {};') },
    checked: false,
  });
}

export interface Templates {
  readonly storage: Template;
  readonly serving: Template;
  readonly training: Template;
  readonly monitoring: Template;
}

export async function sampleTemplates(options: SampleOptions = {}): Promise<Templates> {
  const { storage, models } = await buildSample(options);
  const { serving, training, monitoring } = models[0]!;
  return {
    storage: Template.fromStack(storage),
    serving: Template.fromStack(serving),
    training: Template.fromStack(training),
    monitoring: Template.fromStack(monitoring),
  };
}

/** A resource of a template, as far as the tests look. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

/** Resources of one type, by logical id. */
export const resourcesOf = (template: Template, type: string) =>
  template.findResources(type) as Record<string, Resource>;
