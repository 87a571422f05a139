import type { TestWarning } from '../../domain/testing/testResult.js';

/** Model lists age: the service's own list tells whether the default that was stored is still there. */
export function modelWarnings(model: string | undefined, models: readonly string[]): TestWarning[] {
  if (model === undefined || models.length === 0 || models.includes(model)) return [];
  const text = 'The default model is not among those that the key may use; choose one of the listed ones.';
  return [{ code: 'partly_unproven', text }];
}
