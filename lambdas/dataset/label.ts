import type { ModelDefinition } from '../../contracts/model-definition.ts';

/**
 * The label a raw value stands for: 1, 0, or NaN when it is missing or not valid.
 *
 * With `positive: 1` (the default) only 0 and 1, as number, text or boolean, are labels. With another positive value,
 * that value is 1 and any other value that is not missing is 0.
 */
export function compileLabel(
  label: ModelDefinition['label'],
  nulls: ReadonlySet<string>,
): (raw: unknown) => number {
  const positive = String(label.positive);
  return (raw) => {
    if (raw === null || raw === undefined || typeof raw === 'object') return Number.NaN;
    if (typeof raw === 'number' && !Number.isFinite(raw)) return Number.NaN;
    const text = String(typeof raw === 'boolean' && positive === '1' ? Number(raw) : raw).trim();
    if (nulls.has(text)) return Number.NaN;
    if (text === positive || (Number(text) === label.positive && text !== '')) return 1;
    if (positive !== '1') return 0;
    return Number(text) === 0 || text === 'false' ? 0 : text === 'true' ? 1 : Number.NaN;
  };
}
