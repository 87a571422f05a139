import type { Secret } from './secret.js';

const MIN_BYTES = 12;
/** bcrypt, which keeps them, reads no further. */
const MAX_BYTES = 72;

/** The rule that a password somebody chose breaks, or undefined when it is good. */
export function passwordProblem(password: Secret): string | undefined {
  const bytes = password.sizeInBytes();
  return bytes < MIN_BYTES || bytes > MAX_BYTES ? `must be ${MIN_BYTES} to ${MAX_BYTES} bytes` : undefined;
}
