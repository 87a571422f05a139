/** What a script can branch on; `docs/cli.md` lists them. `run` ends with its child's code instead. */
export const EXIT = {
  ok: 0,
  /** An internal error, or a part of a larger operation failed. */
  failed: 1,
  /** The command line or the input is wrong. */
  usage: 2,
  /** Nobody is logged in, the login ended, or the password must be changed first. */
  login: 3,
  forbidden: 4,
  /** Not there, not shared with you, or gone. */
  notFound: 5,
  /** The name is taken or ambiguous, or another request changed it in the meantime. */
  conflict: 6,
  /** The broker or its store does not answer, or asks to wait: try again. */
  unavailable: 7,
  /** `test`: the service refuses the credential. */
  rejected: 8,
  /** `test`: it could not be proven, or only in part. */
  unproven: 9,
  /** Ctrl-C at a question. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with one clear line, a hint and an exit code. Never holds a secret. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'CliError';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'permission denied',
  EISDIR: 'it is a directory',
  EEXIST: 'the file already exists',
  ENOSPC: 'the disk is full',
};

/** Why the system refused, in words or by its code; its own text may hold more than we want to show. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return REASONS[code] ?? code;
}
