import type { Secret } from '../../domain/secret.js';

/** A secret that the broker just made for the caller and will not show again. */
export function presentSecretOnce(secret: Secret): string {
  return secret.reveal();
}
