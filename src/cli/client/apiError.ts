import { CliError, EXIT, type ExitCode } from '../exitCodes.js';
import { flagOfPath } from './flagNames.js';

/** The problem document (RFC 9457) of a refused call. */
export interface Problem {
  code: string;
  detail: string;
  status: number;
  request_id?: string;
  fields?: { field: string; rule: string }[];
  /** Seconds to wait, as the header Retry-After says. */
  retryAfter?: number;
  /** Of an answer that is no problem document: what it held. */
  body?: unknown;
}

/** What the broker refused, in its own words. */
export class ApiError extends CliError {
  /**
   * @param hint what to do, where the caller knows better.
   * @param spoken names of the command's arguments, which are typed without a flag.
   */
  constructor(
    readonly problem: Problem,
    hint = hintOf(problem),
    spoken: readonly string[] = [],
  ) {
    super(textOf(problem, spoken), exitCodeOf(problem), hint);
    this.name = 'ApiError';
  }
}

/** What an unsuccessful answer says, from the broker or a server in front of it. */
export function problemFrom(status: number, body: unknown, retryAfter?: string | null): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? { retryAfter: Number(retryAfter) } : {};
    return { ...(body as Problem), status, ...seconds };
  }
  return {
    code: 'bad_answer',
    detail: `The server answered ${status}, but not as the broker does.`,
    status,
    body,
  };
}

/** The broker answers API clients; here a person typed a command. */
const IN_OUR_WORDS: readonly (readonly [string, string])[] = [
  ['the header X-Break-Glass-Reason', '--reason'],
  [' with its new ETag', ''],
  ['GET /api/credentials/templates', 'glassdome credentials templates'],
  ['; null removes it', ''],
  ['new_password ', 'The new password '],
  ['allow_unusual: ', '--allow-unusual '],
];

function textOf({ detail, fields, request_id: id, status }: Problem, spoken: readonly string[]): string {
  const told =
    fields === undefined || fields.length === 0
      ? detail
      : [...new Set(fields.map(({ field, rule }) => `${typedFor(field, spoken)} ${rule}`))].join('\n       ');
  const text = IN_OUR_WORDS.reduce((before, [theirs, ours]) => before.replaceAll(theirs, ours), told);
  return status >= 500 && id !== undefined ? `${text} (request ${id})` : text;
}

/** What a person typed for a member of the request: the argument of that name, or a flag. */
function typedFor(field: string, spoken: readonly string[]): string {
  return spoken.includes(field) ? `<${field}>` : flagOfPath(field);
}

function exitCodeOf({ status, code }: Problem): ExitCode {
  if (code === 'password_change_required') return EXIT.login;
  if (code === 'bad_answer') return EXIT.unavailable;
  if (code === 'test_failed') return EXIT.unproven;
  const table: Record<number, ExitCode> = {
    400: EXIT.usage,
    401: EXIT.login,
    403: EXIT.forbidden,
    404: EXIT.notFound,
    409: EXIT.conflict,
    410: EXIT.notFound,
    412: EXIT.conflict,
    413: EXIT.usage,
    422: EXIT.conflict,
    429: EXIT.unavailable,
    502: EXIT.unavailable,
    503: EXIT.unavailable,
    504: EXIT.unavailable,
  };
  return table[status] ?? EXIT.failed;
}

function hintOf({ status, code, retryAfter }: Problem): string | undefined {
  if (code === 'password_change_required') return 'Choose a new password: glassdome login';
  if (code === 'bad_answer') return 'Check the address of the broker: --server or GLASSDOME_BROKER_URL.';
  if (code === 'test_failed') return 'To store it anyway: --test skip';
  if (status === 401) return 'Log in again: glassdome login';
  if (status === 412) return 'Check its current state (show, history), then try again.';
  if (retryAfter !== undefined) return `Try again in ${inWords(retryAfter)}.`;
  if (status === 429) return 'Try again in a minute.';
  return undefined;
}

function inWords(seconds: number): string {
  if (seconds >= 120) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}
