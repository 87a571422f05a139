import type { CredentialPatch } from '../../../ports/credentials.js';

const DATES: readonly (keyof CredentialPatch)[] = [
  'lastTestedAt',
  'nextTestAt',
  'expiresAt',
  'lastRotatedAt',
  'nextRotationAt',
  'deletedAt',
];

/** A patch that was kept as JSON, its dates made dates again. */
export function toPatch(json: Record<string, unknown>): CredentialPatch {
  const patch = { ...json };
  for (const member of DATES) {
    const value = patch[member];
    if (typeof value === 'string') patch[member] = new Date(value);
  }
  return patch as CredentialPatch;
}
