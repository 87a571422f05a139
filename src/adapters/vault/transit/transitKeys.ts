/** Names of the broker's keys below the transit mount; `bootstrap` makes them, the policies name them. */
export const SEAL_KEY = 'broker-seal';
export const AUDIT_KEY = 'broker-audit';
export const TOKENS_KEY = 'broker-tokens';
export const FINGERPRINT_KEY = 'broker-fingerprint';
export const AUDIT_ROWS_KEY = 'broker-audit-rows';

/** What a key is made as. */
export const TRANSIT_KEYS: Readonly<Record<string, object>> = {
  [SEAL_KEY]: { type: 'aes256-gcm96' },
  [AUDIT_KEY]: { type: 'ed25519' },
  [TOKENS_KEY]: { type: 'ecdsa-p256' },
  [FINGERPRINT_KEY]: { type: 'hmac', key_size: 32 },
  [AUDIT_ROWS_KEY]: { type: 'hmac', key_size: 32 },
};
