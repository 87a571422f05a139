import { CliError, EXIT, type ExitCode } from './exitCodes.js';

/** The problem document (RFC 9457) of a refused call. */
export interface Problem {
  code: string;
  detail: string;
  status: number;
  request_id?: string;
  fields?: { field: string; rule: string }[];
  candidates?: string[];
}

/** What the broker refused, in its own words. */
export class ApiError extends CliError {
  constructor(readonly problem: Problem) {
    super(textOf(problem), exitCodeOf(problem), hintOf(problem));
    this.name = 'ApiError';
  }
}

/** What an answer that is not a success says, whoever wrote it. */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    return { ...(body as Problem), status };
  }
  return {
    code: 'bad_answer',
    detail: `The server answered ${status}, but not as the broker does.`,
    status,
  };
}

/** A field is named by its flag, as the person wrote it. */
function textOf({ detail, request_id: id, status }: Problem): string {
  const told = detail.replace(
    /\bfields\.([a-z][a-z0-9_]*)/g,
    (_, name: string) => `--${name.replaceAll('_', '-')}`,
  );
  return status >= 500 && id !== undefined ? `${told} (request ${id})` : told;
}

function exitCodeOf({ status, code }: Problem): ExitCode {
  if (code === 'password_change_required') return EXIT.login;
  if (code === 'bad_answer') return EXIT.unavailable;
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

function hintOf({ status, code, candidates }: Problem): string | undefined {
  if (code === 'password_change_required') return 'Choose a password of your own: glassdome login';
  if (code === 'reason_required') return 'It is not yours: say why with --reason "…". The owner is told.';
  if (code === 'bad_answer') return 'Is that the address of the broker? --server or GLASSDOME_BROKER_URL.';
  if (status === 401) return 'Log in again: glassdome login';
  if (candidates !== undefined && candidates.length > 0) return `Name one of: ${candidates.join(', ')}`;
  return undefined;
}
