import type { Server } from 'node:http';
import { loadConfig } from '../../../src/config/config.js';
import { Secret } from '../../../src/domain/secret.js';
import { type AppOptions, createApp } from '../../../src/http/app.js';
import { listen } from '../../../src/http/server/server.js';
import { createFirstAdmin } from '../../../src/usecases/people/users.js';
import { type System, wire } from '../../../src/wire.js';
import { type GlassdomeRole, glassdomeToken } from '../cases/glassdomeToken.js';
import { holdToDocument } from '../documented.js';
import { startBrokerParts } from './brokerParts.js';
import type { TestDatabase, TestVault } from './parts.js';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  body: any;
}

export interface SignedIn {
  principal: string;
  token: string;
  /** Of people: renews the token. */
  refreshToken: string;
}

export interface BrokerSystem {
  url: string;
  system: System;
  database: TestDatabase;
  vault: TestVault;
  /** The environment of its processes. */
  env: Record<string, string>;
  /** The first admin. */
  admin: SignedIn;
  call(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Makes a person and signs him in with a password of his own. */
  person(username: string, role: string): Promise<SignedIn>;
  signIn(username: string, password: string): Promise<SignedIn>;
  /** Makes a service account as somebody and trades its secret for a token. */
  account(token: string, name: string): Promise<SignedIn & { id: string; secret: string }>;
  /** Somebody who comes with a token of Glassdome's. */
  glassdome(id: number, role?: GlassdomeRole, seconds?: number): SignedIn;
  stop(): Promise<void>;
}

export const passwordOf = (username: string) => `long-enough-${username}`;

/** A broker of its own on a real Postgres and a real Vault, spoken to over HTTP. */
export async function startBrokerSystem(
  options: Partial<
    Pick<
      AppOptions,
      | 'revealsPerMinute'
      | 'testsPerMinute'
      | 'testedAddressesPerHour'
      | 'testOnSave'
      | 'corsOrigins'
      | 'trustedProxyHops'
      | 'publicOrigin'
    >
  > = {},
  env: Record<string, string> = {},
): Promise<BrokerSystem> {
  const parts = await startBrokerParts();
  const { database, vault } = parts;
  const whole = { ...parts.env, ...env };
  const config = loadConfig(whole);
  const system = await wire(config);
  const life = { stopping: false, startedOnce: false };
  const app = createApp({ ...system, life, version: 'test', trustedProxyHops: 0, ...options });
  const server: Server = await listen(app, config, system.ports);
  const url = `http://127.0.0.1:${config.BROKER_PORT}`;

  const call: BrokerSystem['call'] = async (token, method, path, body, headers = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const told = text === '' ? null : JSON.parse(text);
    holdToDocument(method, path, answer.status, told);
    return { status: answer.status, headers: answer.headers, body: told };
  };

  const signIn: BrokerSystem['signIn'] = async (username, password) => {
    const { body } = await call(null, 'POST', '/api/auth/login', { username, password });
    return { principal: `local:${username}`, token: body.access_token, refreshToken: body.refresh_token };
  };

  async function firstLogin(username: string, oneTime: string): Promise<SignedIn> {
    const { token } = await signIn(username, oneTime);
    await call(token, 'POST', '/api/auth/password', {
      current_password: oneTime,
      new_password: passwordOf(username),
    });
    return signIn(username, passwordOf(username));
  }

  const oneTime = new Secret('one-time-password');
  await createFirstAdmin(system.ports, { username: 'admin', password: oneTime });
  const admin = await firstLogin('admin', oneTime.reveal());
  return {
    url,
    system,
    database,
    vault,
    env: whole,
    admin,
    call,
    signIn,
    person: async (username, role) => {
      const { body } = await call(admin.token, 'POST', '/api/users', { username, role });
      return firstLogin(username, body.one_time_password);
    },
    account: async (token, name) => {
      const made = (await call(token, 'POST', '/api/service-accounts', { name })).body;
      const { client_id, client_secret } = made;
      const ask = { grant_type: 'client_credentials', client_id, client_secret };
      const { body } = await call(null, 'POST', '/api/auth/token', ask);
      const known = { id: client_id, principal: `sa:${client_id}`, secret: client_secret };
      return { ...known, token: body.access_token, refreshToken: '' };
    },
    glassdome: (id, role = 'engineer', seconds = 900) => ({
      principal: `glassdome:${id}`,
      token: glassdomeToken(parts.glassdomeKey, { id, role, seconds }),
      refreshToken: '',
    }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await system.close();
      await parts.stop();
    },
  };
}
