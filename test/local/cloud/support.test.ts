import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../local/cloud/services/index.ts';
import { propertiesOf, supportDocument } from '../../../local/cloud/support.ts';

const services = SERVICES.map((create) => create());

describe('what the local cloud supports', () => {
  it('is documented for every resource type, operation and property without effect', () => {
    const text = supportDocument(services);
    for (const s of services) {
      for (const operation of Object.keys(s.operations)) expect(text).toContain(`\`${operation}\``);
      for (const type of s.resources) {
        expect(text).toContain(type.type);
        for (const [property, why] of Object.entries(type.inert ?? {})) {
          expect(text).toContain(`\`${property}\`: ${why}`);
        }
      }
    }
  });

  it('names each service and each resource type once', () => {
    const names = services.map((s) => s.name);
    expect(new Set(names).size).toBe(names.length);
    const types = services.flatMap((s) => s.resources.map((r) => r.type));
    expect(new Set(types).size).toBe(types.length);
  });

  it('says of no property that it has no effect which the schema does not know', () => {
    const wrong = services
      .flatMap((s) => s.resources)
      .flatMap((type) => {
        const known = new Set(propertiesOf(type));
        const top = Object.keys(type.inert ?? {}).map((path) => path.split('.')[0]!.replace(/\[\]$/, ''));
        return known.size === 0 ? [] : top.filter((p) => !known.has(p)).map((p) => `${type.type}.${p}`);
      });
    expect(wrong).toEqual([]);
  });
});
