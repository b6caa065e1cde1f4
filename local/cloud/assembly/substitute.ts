/** `${Name}` or `${Id.Attribute}`; `${!Name}` is the literal `${Name}`. */
const PLACEHOLDER = /\$\{(!?)([^}]*)\}/g;

/** Fills the placeholders of `Fn::Sub`. */
export const substitute = (template: string, value: (name: string) => string): string =>
  template.replace(PLACEHOLDER, (_, literal: string, name: string) =>
    literal ? `\${${name}}` : value(name.trim()),
  );

/** Names that a `Fn::Sub` text refers to. */
export const placeholders = (template: string): string[] =>
  [...template.matchAll(PLACEHOLDER)].filter((m) => m[1] === '').map((m) => m[2]!.trim());
