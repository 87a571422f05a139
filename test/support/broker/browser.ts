import { holdToDocument } from '../documented.js';
import type { Answer } from './brokerSystem.js';

export interface Browser {
  /** Cookies by name, as the broker set them. */
  cookies: Map<string, string>;
  /** A request as our own page sends it, unless `headers` say otherwise; an empty text takes a header away. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer & { setCookies: string[] }>;
  signIn(username: string, password: string): Promise<Answer & { setCookies: string[] }>;
}

/** A browser that is at a page of the broker: it keeps cookies, and says where its requests come from. */
export function openBrowser(url: string): Browser {
  const cookies = new Map<string, string>();
  const send: Browser['send'] = async (method, path, body, more = {}) => {
    const headers = {
      'x-client': 'web',
      'sec-fetch-site': 'same-origin',
      origin: url,
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'content-type': 'application/json',
      ...more,
    };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')),
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const setCookies = answer.headers.getSetCookie();
    for (const line of setCookies) keep(cookies, line);
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    const told = isJson ? JSON.parse(text) : text === '' ? null : text;
    holdToDocument(method, path, answer.status, told);
    return { status: answer.status, headers: answer.headers, body: told, setCookies };
  };
  const signIn = (username: string, password: string) =>
    send('POST', '/api/auth/session', { username, password });
  return { cookies, send, signIn };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (/; Max-Age=0(;|$)/.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}
