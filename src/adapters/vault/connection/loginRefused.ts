/** A file that a login reads, and the system's code for why it could not. */
export interface UnreadableFile {
  file: string;
  code: string;
}

/** Vault or a file did not let us in. Holds the status only; null: the file could not be read. */
export class LoginRefused extends Error {
  constructor(
    readonly status: number | null,
    message = `vault login: ${status === null ? 'the credential file can not be read' : `status ${status}`}`,
    readonly unreadable?: UnreadableFile,
  ) {
    super(message);
    this.name = 'LoginRefused';
  }

  /** In a word, for the log: Vault's own text may name what was sent. */
  get reason(): string {
    if (this.status === null) return 'file_unreadable';
    if (this.status === 404) return 'no_such_mount';
    return this.status < 500 ? 'login_refused' : 'vault_error';
  }
}
