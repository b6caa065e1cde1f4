import { placeholders } from './substitute.ts';
import type { TemplateResource } from './template.ts';

/** Logical ids and parameters that a template value refers to, in the order they appear. */
export function references(value: unknown, into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    for (const v of value) references(v, into);
    return into;
  }
  if (value === null || typeof value !== 'object') return into;
  for (const [key, v] of Object.entries(value)) {
    if (key === 'Ref' && typeof v === 'string') into.add(v);
    else if (key === 'Fn::GetAtt') into.add(String(Array.isArray(v) ? v[0] : v).split('.')[0]!);
    else {
      const text = key === 'Fn::Sub' ? (Array.isArray(v) ? v[0] : v) : undefined;
      if (typeof text === 'string') for (const name of placeholders(text)) into.add(name.split('.')[0]!);
      references(v, into);
    }
  }
  return into;
}

/** What must exist before a resource: what it refers to and what it says it depends on. */
function needs(resource: TemplateResource): string[] {
  const explicit = resource.DependsOn ?? [];
  return [...(typeof explicit === 'string' ? [explicit] : explicit), ...references(resource.Properties)];
}

/**
 * Order of creation: each resource after what it needs, else as the template has them.
 * @throws Error that shows the cycle, or the dependency that is not in the template
 */
export function creationOrder(resources: Readonly<Record<string, TemplateResource>>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    if (done.has(id)) return;
    if (path.includes(id)) {
      throw new Error(
        `resources depend on each other: ${[...path.slice(path.indexOf(id)), id].join(' -> ')}`,
      );
    }
    path.push(id);
    for (const needed of needs(resources[id]!)) {
      if (Object.hasOwn(resources, needed)) visit(needed);
    }
    path.pop();
    done.add(id);
  };
  for (const [id, resource] of Object.entries(resources)) {
    const explicit = resource.DependsOn ?? [];
    for (const d of typeof explicit === 'string' ? [explicit] : explicit) {
      if (!Object.hasOwn(resources, d)) throw new Error(`${id} depends on '${d}', which is not a resource`);
    }
    visit(id);
  }
  return [...done];
}
