import type { VaultAnswer, VaultClient, VaultMethod } from '../../../src/adapters/vault/connection/client.js';
import { type UnreachableReason, VaultUnreachable } from '../../../src/adapters/vault/connection/client.js';

export interface Asked {
  method: VaultMethod;
  path: string;
  body: object | undefined;
  token: string | null | undefined;
  timeoutMs: number | undefined;
}

/** A Vault that answers what a test says; what it is asked is kept. */
export class ScriptedVault implements VaultClient {
  readonly asked: Asked[] = [];
  constructor(public answer: (asked: Asked) => VaultAnswer | Promise<VaultAnswer>) {}

  async request(
    method: VaultMethod,
    path: string,
    body?: object,
    options: { token?: string | null; timeoutMs?: number } = {},
  ): Promise<VaultAnswer> {
    const asked = { method, path, body, token: options.token, timeoutMs: options.timeoutMs };
    this.asked.push(asked);
    return this.answer(asked);
  }

  /** How many requests had this in their path. */
  count(path: string): number {
    return this.asked.filter((asked) => asked.path.includes(path)).length;
  }
}

export function ok(data: unknown = {}): VaultAnswer {
  return { status: 200, body: { data } };
}
export function status(code: number, ...errors: string[]): VaultAnswer {
  return { status: code, body: { errors } };
}
export function login(token: string, ttlSeconds = 1_200, renewable = true): VaultAnswer {
  return { status: 200, body: { auth: { client_token: token, lease_duration: ttlSeconds, renewable } } };
}
export function silence(reason: UnreachableReason, maybeSent?: boolean): never {
  throw new VaultUnreachable(reason, maybeSent);
}
