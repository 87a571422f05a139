import { Agent, fetch } from 'undici';

/** The local API, as one user sees it. */
export interface Session {
  get<T>(path: string): Promise<T>;
  send<T>(method: string, path: string, body?: object): Promise<T>;
}

/** What the API refused. */
export class Refused extends Error {
  constructor(
    what: string,
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(`${what}: ${detail}`);
  }
}

// The broker's own certificate need not come from an authority that this machine knows.
const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });

async function ask<T>(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const init = { method, headers, dispatcher, redirect: 'error' as const };
  const answer = await fetch(`${url}${path}`, { ...init, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const parsed = text === '' ? undefined : JSON.parse(text);
  if (!answer.ok) {
    const rules = (parsed?.fields ?? []).map(
      (one: { field: string; rule: string }) => `${one.field} ${one.rule}`,
    );
    throw new Refused(
      `${method} ${path}`,
      answer.status,
      parsed?.code ?? '',
      [parsed?.detail, ...rules].join('; '),
    );
  }
  return parsed as T;
}

/** Logs in with name and password. */
export async function logIn(url: string, username: string, password: string): Promise<Session> {
  const login = { username, password };
  const { access_token: token } = await ask<{ access_token: string }>(
    url,
    undefined,
    'POST',
    '/api/auth/login',
    login,
  );
  return {
    get: (path) => ask(url, token, 'GET', path),
    send: (method, path, body) => ask(url, token, method, path, body),
  };
}

/** The same; undefined where there was one of that name already. */
export async function unlessThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused && error.code === 'name_taken') return undefined;
    throw error;
  }
}
