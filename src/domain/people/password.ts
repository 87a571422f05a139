import type { Secret } from '../secret.js';

const MIN_BYTES = 12;
/** bcrypt, which keeps them, reads no further. */
const MAX_BYTES = 72;

/** The rule that a one-time password breaks, which is good for one login only; undefined when it is good. */
export function oneTimePasswordProblem(password: Secret): string | undefined {
  const bytes = password.sizeInBytes();
  return bytes < MIN_BYTES || bytes > MAX_BYTES ? `must be ${MIN_BYTES} to ${MAX_BYTES} bytes` : undefined;
}

/** The rule that a password breaks which a person of this user name chose; undefined when it is good. */
export function passwordProblem(password: Secret, username: string): string | undefined {
  const problem = oneTimePasswordProblem(password);
  if (problem !== undefined || password.weakness(username) === undefined) return problem;
  return 'is too easy to guess; use four random words, or generate one with a password manager';
}
