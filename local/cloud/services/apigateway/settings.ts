import type { ApiMethod, MethodSetting, Stage } from './records.ts';

/** The most specific setting of a stage for a method. */
export function settingOf(stage: Stage, method: ApiMethod): MethodSetting | undefined {
  const fits = (s: MethodSetting) =>
    (s.resourcePath === '/*' || s.resourcePath === method.resourcePath) &&
    (s.httpMethod === '*' || s.httpMethod === method.httpMethod);
  const rank = (s: MethodSetting) => (s.resourcePath === '/*' ? 0 : 2) + (s.httpMethod === '*' ? 0 : 1);
  return stage.settings.filter(fits).sort((a, b) => rank(b) - rank(a))[0];
}
