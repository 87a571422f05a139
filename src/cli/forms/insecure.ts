import { cell } from '../terminal/output.js';
import { confirm } from '../terminal/terminal.js';
import type { FieldInput } from './fieldFlags.js';

/** The flag of every command that may store `tls_mode insecure`. */
export const YES_FLAG = ['--yes', 'do not ask for confirmation of tls_mode insecure'] as const;

/** Asks before a secret is kept for a host that nobody checks. */
export async function confirmInsecure(fields: FieldInput, yes: boolean | undefined): Promise<void> {
  if (fields['tls_mode'] !== 'insecure') return;
  await confirm(
    'With tls_mode insecure the certificate is not verified: anyone on the network path can read the secret. Store it anyway?',
    yes,
  );
}

interface Badge {
  mode: string;
  warning: { text: string } | null;
}

const isBadge = (value: unknown): value is Badge =>
  typeof value === 'object' && value !== null && 'mode' in value && 'warning' in value;

/** `custom_ca`, or `insecure (!)` where the secret is not safe on its way. */
export function tlsCell(value: unknown): string {
  if (!isBadge(value)) return '';
  return value.warning === null ? value.mode : `${value.mode} (!)`;
}

/** The same with what is wrong, for a single credential. */
export function tlsLine(value: unknown): string {
  if (!isBadge(value)) return '';
  return value.warning === null ? value.mode : `${value.mode} (!) ${cell(value.warning.text)}`;
}
