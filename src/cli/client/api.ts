import { Agent, fetch, type Response } from 'undici';
import { CliError, EXIT } from '../exitCodes.js';
import { readText } from '../terminal/readText.js';
import { ApiError, problemFrom } from './apiError.js';
import { hintForTls, reasonOf } from './connectionReason.js';

const CONNECT_MS = 5_000;
/** Longer than any deadline of the broker; an import of many credentials takes the most. */
const ANSWER_MS = 120_000;

export interface Request {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent as it is; left out, nobody is authenticated. */
  bearer?: string;
}

export interface Answer<Body> {
  body: Body;
  etag: string | null;
  /** The header `Date`: the broker's clock. */
  date: string | null;
}

/** Calls of one broker. Throws `ApiError` for a refusal and `CliError` when nobody answers. */
export class BrokerApi {
  readonly #dispatcher: Agent;

  constructor(
    readonly server: URL,
    caFile: string | undefined,
    answerMs: number = ANSWER_MS,
  ) {
    const ca = caFile === undefined ? {} : { ca: readText(caFile, 'GLASSDOME_BROKER_CA_FILE') };
    this.#dispatcher = new Agent({
      connect: { timeout: Math.min(CONNECT_MS, answerMs), ...ca },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
    });
  }

  async call<Body>(path: string, request: Request = {}): Promise<Answer<Body>> {
    const answer = await this.#send(path, request);
    const text = await textOf(answer);
    const body = parsed(text);
    if (!answer.ok || body === undefined) throw refusal(answer, body);
    return { body: body as Body, etag: answer.headers.get('etag'), date: answer.headers.get('date') };
  }

  /** An answer that is no JSON, whole. A refusal rejects as `call` does. */
  async text(path: string, request: Request): Promise<string> {
    const answer = await this.#send(path, request);
    const text = await textOf(answer);
    if (!answer.ok) throw refusal(answer, parsed(text));
    return text;
  }

  /** The text of an answer that goes on, as it comes. A refusal rejects as `call` does. */
  async *stream(path: string, request: Request): AsyncGenerator<string> {
    const answer = await this.#send(path, request);
    if (!answer.ok || answer.body === null) throw refusal(answer, parsed(await answer.text()));
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body) yield decoder.decode(chunk as Uint8Array, { stream: true });
    } catch {
      // The connection broke: followers reconnect.
    }
  }

  async #send(path: string, { method = 'GET', body, headers, bearer }: Request) {
    const init = {
      method,
      headers: {
        accept: 'application/json',
        'x-client': 'cli',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${tokenText(bearer)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, headerText(text)])),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A token must not follow a redirect to another host.
      redirect: 'manual' as const,
      dispatcher: this.#dispatcher,
    };
    try {
      return await fetch(new URL(path, this.server), init);
    } catch (error) {
      const reason = reasonOf(error);
      throw new CliError(
        `No broker is reachable at ${this.server.origin}: ${reason}`,
        EXIT.unavailable,
        hintFor(reason),
      );
    }
  }
}

function refusal(answer: Response, body: unknown): ApiError {
  return new ApiError(problemFrom(answer.status, body, answer.headers.get('retry-after')));
}

/** Headers carry bytes; a reason may hold any letter, so it travels as UTF-8. */
function headerText(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new CliError('A reason or name must be a single line.', EXIT.usage);
  return Buffer.from(text, 'utf8').toString('latin1');
}

function tokenText(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CliError('The token contains invalid characters.', EXIT.login, 'Check GLASSDOME_BROKER_TOKEN.');
}

function hintFor(reason: string): string {
  return (
    hintForTls(reason, 'GLASSDOME_BROKER_CA_FILE') ??
    'Start it (npm start), or set another address: --server or GLASSDOME_BROKER_URL.'
  );
}

function textOf(answer: Response): Promise<string> {
  return answer.text().catch(() => {
    throw new CliError('The connection was interrupted before the answer was complete.', EXIT.unavailable);
  });
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
