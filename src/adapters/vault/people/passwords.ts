import { BrokerError, invalid } from '../../../domain/errors.js';
import type { Secret } from '../../../domain/secret.js';
import type { Log } from '../../../ports/runtime.js';
import type { Passwords } from '../../../ports/vault.js';
import { storeUnavailable } from '../connection/faults.js';
import { safeMount } from '../connection/paths.js';
import type { Changed, VaultAccess } from '../connection/vaultApi.js';

/** Vault lowers names before it looks them up; ours are lower already, so that nobody has two spellings. */
const USERNAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** bcrypt reads no further. Bytes of UTF-8. */
const PASSWORD_BYTES = 72;

export interface PasswordsOptions {
  /** Logged in as the role `users`. */
  access: VaultAccess;
  /** The broker's userpass mount, below `auth/`. */
  mount: string;
  log: Log;
  /** Policy of a login's token. Default `broker-login`. */
  loginPolicy?: string;
}

/** People's passwords in Vault userpass. A login's token can do nothing but end itself, and is ended at once. */
export function createPasswords(options: PasswordsOptions): Passwords {
  const base = `auth/${safeMount(options.mount)}`;
  return {
    check: (username, password) => check(options, base, username, password),
    set: async (username, password) => {
      refuseBad(username, password);
      const path = `${base}/users/${username}`;
      await refuseForeign(options, path, username);
      const body = userBody(password, options.loginPolicy);
      settle(await options.access.change('POST', path, body), 'set');
    },
  };
}

async function check(
  options: PasswordsOptions,
  base: string,
  username: string,
  password: Secret,
): Promise<boolean> {
  if (!USERNAME.test(username) || password.isEmpty() || bytesOf(password) > PASSWORD_BYTES) return false;
  const body = { password: password.reveal() };
  const reply = await options.access.askAs(null, 'POST', `${base}/login/${username}`, body);
  // 400 for a wrong password or an unknown name, 403 from other versions of Vault: the same answer here.
  if (reply.verdict === 'refused' || reply.verdict === 'denied') return false;
  const token: unknown = reply.answer.body?.auth?.client_token;
  if (reply.verdict !== 'ok' || typeof token !== 'string')
    throw storeUnavailable(`a login was answered ${reply.verdict}`);
  await end(options, token);
  return true;
}

/** What was proven is proven; a token that could not be revoked now expires within a minute. */
async function end(options: PasswordsOptions, token: string): Promise<void> {
  try {
    const reply = await options.access.askAs(token, 'POST', 'auth/token/revoke-self', {});
    if (reply.verdict !== 'ok') options.log.warn('vault_login_not_ended', { verdict: reply.verdict });
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    options.log.warn('vault_login_not_ended', { verdict: error.code });
  }
}

/** The policy `users` lets these values through and no others. */
function userBody(password: Secret, loginPolicy = 'broker-login'): object {
  return {
    password: password.reveal(),
    token_policies: loginPolicy,
    token_no_default_policy: true,
    token_ttl: '60s',
    token_max_ttl: '60s',
  };
}

/** What the broker itself writes, as Vault answers it; everything else was set directly in Vault. */
async function refuseForeign(
  { access, loginPolicy = 'broker-login' }: PasswordsOptions,
  path: string,
  username: string,
): Promise<void> {
  const reply = await access.ask('GET', path);
  if (reply.verdict === 'missing') return;
  if (reply.verdict !== 'ok') throw storeUnavailable(`a user was answered ${reply.verdict}`);
  const found = reply.answer.body?.data;
  const policies: unknown[] = [...(found?.token_policies ?? []), ...(found?.policies ?? [])];
  const ours =
    policies.length > 0 &&
    policies.every((policy) => policy === loginPolicy) &&
    found?.token_no_default_policy === true &&
    found?.token_ttl === 60 &&
    found?.token_max_ttl === 60;
  if (ours) return;
  throw new BrokerError('conflict', {
    detail: `The name ${username} is already a login in Vault at this mount, with policies that the broker does not assign. Choose another name, or remove that login in Vault first.`,
  });
}

function refuseBad(username: string, password: Secret): void {
  if (!USERNAME.test(username)) {
    throw invalid({ field: 'username', rule: 'must be 1 to 64 of a-z, 0-9, dot, dash and underscore' });
  }
  if (password.isEmpty() || bytesOf(password) > PASSWORD_BYTES) {
    throw invalid({ field: 'password', rule: `must be 1 to ${PASSWORD_BYTES} bytes` });
  }
}

function bytesOf(password: Secret): number {
  return Buffer.byteLength(password.reveal());
}

/** The caller may repeat both calls, so an unknown outcome is reported as a failure. */
function settle(changed: Changed, what: string): void {
  if (changed.verdict !== 'ok') throw storeUnavailable(`password ${what}: ${changed.verdict}`);
}
