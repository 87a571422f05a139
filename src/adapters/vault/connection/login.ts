import { readFile } from 'node:fs/promises';
import { Secret } from '../../../domain/secret.js';
import type { VaultAnswer, VaultClient } from './client.js';
import { LoginRefused } from './loginRefused.js';
import { WrappedSecretId } from './wrappedSecretId.js';

/** How this process proves to Vault who it is. Files are read again at every login, so they can be exchanged. */
export type LoginMethod =
  | { kind: 'approle'; mount?: string; roleId: string; secretId: Secret | { file: string } | WrappedSecretId }
  | { kind: 'pod'; mount: string; role: string; jwtFile: string }
  | { kind: 'token'; token: Secret };

/** What a login gave. */
export interface Lease {
  token: string;
  /** Seconds from now; 0: it does not end. */
  ttlSeconds: number;
  renewable: boolean;
}

/** Rejects with `LoginRefused` or `VaultUnreachable`. */
export async function logIn(client: VaultClient, method: LoginMethod): Promise<Lease> {
  if (method.kind === 'token') return lookUp(client, method.token);
  const mount = method.mount ?? 'approle';
  const body = method.kind === 'approle' ? await approleBody(client, method) : await podBody(method);
  return leaseOf(await client.request('POST', `auth/${mount}/login`, body, { token: null }));
}

/** The lease that a login or a renewal answers with. */
export function leaseOf(answer: VaultAnswer): Lease {
  const auth = answer.body?.auth;
  const token: unknown = auth?.client_token;
  if (answer.status !== 200 || typeof token !== 'string' || token === '')
    throw new LoginRefused(answer.status);
  const ttlSeconds = typeof auth.lease_duration === 'number' ? auth.lease_duration : 0;
  return { token, ttlSeconds, renewable: auth.renewable === true };
}

async function lookUp(client: VaultClient, token: Secret): Promise<Lease> {
  const value = token.reveal();
  const answer = await client.request('GET', 'auth/token/lookup-self', undefined, { token: value });
  if (answer.status !== 200) throw new LoginRefused(answer.status);
  const data = answer.body?.data;
  const ttlSeconds = typeof data?.ttl === 'number' ? data.ttl : 0;
  return { token: value, ttlSeconds, renewable: data?.renewable === true };
}

type AppRole = Extract<LoginMethod, { kind: 'approle' }>;

async function approleBody(client: VaultClient, method: AppRole): Promise<object> {
  return { role_id: method.roleId, secret_id: await secretIdOf(client, method) };
}

/** As it is now. Rejects with `LoginRefused` when its file can't be read. */
export async function secretIdOf(client: VaultClient, { secretId }: AppRole): Promise<string> {
  if (secretId instanceof Secret) return secretId.reveal();
  const text = await readTrimmed(secretId.file);
  return secretId instanceof WrappedSecretId ? secretId.open(client, text) : text;
}

async function podBody(method: Extract<LoginMethod, { kind: 'pod' }>): Promise<object> {
  return { role: method.role, jwt: await readTrimmed(method.jwtFile) };
}

async function readTrimmed(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new LoginRefused(null, undefined, { file, code });
  }
}
