import type { Secret } from '../secret.js';

/** All fields of one version of a credential. Every value is text; the template's types apply when shown. */
export interface FieldValues {
  /** Not secret; mirrored in Postgres. */
  settings: Record<string, string>;
  /** Only in Vault and on the way to who may read them. */
  secrets: Record<string, Secret>;
}

/** Names of all fields, settings first. */
export function fieldNames(values: FieldValues): string[] {
  return [...Object.keys(values.settings), ...Object.keys(values.secrets)];
}
