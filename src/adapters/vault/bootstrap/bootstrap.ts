import { Secret } from '../../../domain/secret.js';
import type { VaultClient } from '../connection/client.js';
import { type BootstrapOptions, BootstrapRefused, bootstrapSteps } from './bootstrapSteps.js';
import { BROKER_ROLES, type BrokerRole, vaultName } from './policies.js';

export interface BootstrapResult {
  roles: Record<BrokerRole, { roleId: string }>;
  /** What was changed, in words; empty when all was there already. */
  changed: string[];
}

/**
 * What `bootstrapVault` would do now, in words. Changes nothing. The content of a mount that does not exist yet is
 * unknown.
 */
export async function planBootstrap(client: VaultClient, options: BootstrapOptions): Promise<string[]> {
  const missing: string[] = [];
  for (const step of bootstrapSteps(client, options)) {
    if (!(await step.done())) missing.push(step.what);
  }
  return missing;
}

/**
 * Prepares a Vault for the broker: mounts, transit keys, policies, AppRole roles, userpass. Does only what is
 * missing, so it can run again after a stop at any point. Needs a token with `bootstrap.hcl`, for this run only.
 * Rejects with `BootstrapRefused` or `VaultUnreachable`.
 */
export async function bootstrapVault(
  client: VaultClient,
  options: BootstrapOptions,
): Promise<BootstrapResult> {
  const changed: string[] = [];
  for (const step of bootstrapSteps(client, options)) {
    if (await step.done()) continue;
    options.onStep?.(step.what);
    await step.apply();
    changed.push(step.what);
  }
  const approle = options.approleMount ?? 'approle';
  const ids = await Promise.all(
    BROKER_ROLES.map(
      async (role) => [role, await roleId(client, approle, vaultName(role, options))] as const,
    ),
  );
  return { roles: Object.fromEntries(ids) as BootstrapResult['roles'], changed };
}

export interface SecretIdOptions {
  approleMount?: string;
  namePrefix?: string;
  /** Seconds after which the secret id no longer logs in; 0 or nothing: never. */
  ttlSeconds?: number;
  /** If given, the answer is a wrapping token that can be opened once within this number of seconds. */
  wrapTtlSeconds?: number;
}

/** A new secret id of one role; `wrapped` marks a token for `sys/wrapping/unwrap` instead. */
export async function issueSecretId(
  client: VaultClient,
  role: BrokerRole,
  options: SecretIdOptions = {},
): Promise<{ secretId: Secret; wrapped: boolean }> {
  const name = vaultName(role, options);
  const what = `issue a secret id of ${name}`;
  const path = `auth/${options.approleMount ?? 'approle'}/role/${name}/secret-id`;
  const body = options.ttlSeconds === undefined ? {} : { ttl: options.ttlSeconds };
  const wrapTtlSeconds = options.wrapTtlSeconds;
  const answer = await client.request(
    'POST',
    path,
    body,
    wrapTtlSeconds === undefined ? {} : { wrapTtlSeconds },
  );
  const wrapped = wrapTtlSeconds !== undefined;
  const value = wrapped ? answer.body?.wrap_info?.token : answer.body?.data?.secret_id;
  if (answer.status !== 200 || typeof value !== 'string') throw new BootstrapRefused(what, answer.status);
  return { secretId: new Secret(value), wrapped };
}

async function roleId(client: VaultClient, approle: string, name: string): Promise<{ roleId: string }> {
  const answer = await client.request('GET', `auth/${approle}/role/${name}/role-id`);
  const id = answer.body?.data?.role_id;
  if (answer.status !== 200 || typeof id !== 'string')
    throw new BootstrapRefused(`read the id of ${name}`, answer.status);
  return { roleId: id };
}
