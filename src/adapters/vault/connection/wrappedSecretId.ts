import { Secret } from '../../../domain/secret.js';
import type { VaultClient } from './client.js';
import { LoginRefused } from './loginRefused.js';

/** Another client may have opened the wrapping before us, or replaced it: an alarm, not a mishap. */
export class UnwrapRefused extends LoginRefused {
  constructor(
    status: number,
    /** `spent`: used, expired or never Vault's. `other_path`: it wraps the answer to another request. */
    readonly why: 'spent' | 'other_path' | 'no_secret_id',
  ) {
    super(status, `vault unwrap: ${why}`);
    this.name = 'UnwrapRefused';
  }
}

/**
 * A secret id that comes wrapped and is opened once. Where it was made is looked at first: an answer to another request
 * could be anybody's. The secret id stays in memory for later logins; another wrapping token is opened in its turn.
 */
export class WrappedSecretId {
  #opened: { token: string; secretId: Secret } | undefined;

  /** @param madeAt the API path whose answer must be in it, e.g. `auth/approle/role/broker-api/secret-id`. */
  constructor(
    readonly file: string,
    private readonly madeAt: string,
  ) {}

  /** Rejects with `UnwrapRefused`, or `VaultUnreachable`; after that the token may be spent. */
  async open(client: VaultClient, token: string): Promise<string> {
    if (this.#opened?.token === token) return this.#opened.secretId.reveal();
    const looked = await client.request('POST', 'sys/wrapping/lookup', { token }, { token: null });
    if (looked.status >= 500) throw new LoginRefused(looked.status);
    if (looked.status !== 200) throw new UnwrapRefused(looked.status, 'spent');
    if (looked.body?.data?.creation_path !== this.madeAt)
      throw new UnwrapRefused(looked.status, 'other_path');
    const opened = await client.request('POST', 'sys/wrapping/unwrap', {}, { token });
    if (opened.status !== 200) throw new UnwrapRefused(opened.status, 'spent');
    const secretId: unknown = opened.body?.data?.secret_id;
    if (typeof secretId !== 'string') throw new UnwrapRefused(opened.status, 'no_secret_id');
    this.#opened = { token, secretId: new Secret(secretId) };
    return secretId;
  }
}
