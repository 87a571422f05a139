import type { Problem } from './contract.js';

/** What the server, or the network on the way to it, said instead of an answer. */
export class RequestError extends Error {
  constructor(
    /** 0: no answer arrived. */
    readonly status: number,
    /** The stable code; `network` when no answer arrived. */
    readonly code: Problem['code'] | 'network',
    /** What is wrong, then what to do. */
    readonly detail: string,
    readonly requestId: string | null,
    readonly fields: NonNullable<Problem['fields']>,
    /** The whole problem, whose members depend on the code. */
    readonly problem: Partial<Problem>,
    readonly retryAfterSeconds: number | null,
  ) {
    super(detail);
  }
}

export interface RequestOptions {
  /** A list is sent as one parameter for each item. */
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Called when the server does not know the session: the page asks to sign in, and the request is then sent again. */
let signInAgain: (() => Promise<void>) | undefined;
export function onSessionEnded(handler: () => Promise<void>): void {
  signInAgain = handler;
}

/** Asks to sign in now, over the page. */
export const askToSignIn = (): Promise<void> => signInAgain?.() ?? Promise.resolve();

/** Paths that never wait for a sign-in: they are the sign-in. */
const SIGN_IN = /^\/api\/auth\/(session|oidc)/;

/** Sends a call to the API. Rejects with `RequestError`. After the session has ended it waits for a new sign-in. */
export async function request<Answer>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const { answer } = await requestWithHeaders<Answer>(method, path, options);
  return answer;
}

/** The answer as it arrives, for streams: only one that is a success, after a new sign-in where that is due. */
export async function respond(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
  let response = await send(method, path, options);
  if (response.status === 401 && !SIGN_IN.test(path) && signInAgain !== undefined) {
    await signInAgain();
    response = await send(method, path, options);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** As `request`, with the headers of the answer. */
export async function requestWithHeaders<Answer>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<{ answer: Answer; headers: Headers }> {
  const response = await respond(method, path, options);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { answer: (isJson ? JSON.parse(text) : text) as Answer, headers: response.headers };
}

/** The raw answer, for streams. Rejects with `RequestError` when no answer arrived. */
export async function send(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
  const { query = {}, body, headers = {}, signal } = options;
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one ?? '')]),
  );
  const search = new URLSearchParams(pairs.filter(([, value]) => value !== '')).toString();
  try {
    return await fetch(search === '' ? path : `${path}?${search}`, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        'X-Client': 'web',
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const detail = 'The broker does not answer. Check your network, then try again.';
    throw new RequestError(0, 'network', detail, null, [], {}, null);
  }
}

/** The error of a problem document. */
export function errorOf(
  problem: Partial<Problem>,
  requestId: string | null = problem.request_id ?? null,
  after: number | null = null,
): RequestError {
  const { status = 0, code = 'network', detail = '', fields = [] } = problem;
  return new RequestError(status, code, detail, requestId, fields, problem, after);
}

/** The problem that an answer holds; a plain sentence where something else than the broker answered. */
export async function problemOf(response: Response): Promise<RequestError> {
  const { status, headers } = response;
  const retry = Number(headers.get('retry-after'));
  const after = Number.isFinite(retry) && retry > 0 ? retry : null;
  const requestId = headers.get('x-request-id');
  try {
    const problem = (await response.json()) as Partial<Problem>;
    if (problem.code === undefined || problem.detail === undefined) throw new TypeError('no problem');
    return errorOf({ ...problem, status }, problem.request_id ?? requestId, after);
  } catch {
    const detail = `Something between this page and the broker answered with status ${status}. Try again.`;
    return new RequestError(status, 'network', detail, requestId, [], {}, after);
  }
}
