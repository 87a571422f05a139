import type { TestWarning } from '../../domain/testing/testResult.js';

/** Model lists change: the service's own list shows whether the stored default still exists. */
export function modelWarnings(model: string | undefined, models: readonly string[]): TestWarning[] {
  if (model === undefined || models.length === 0 || models.includes(model)) return [];
  const text = 'The key may not use the default model; choose one of the listed models.';
  return [{ code: 'partly_unproven', text }];
}
