/** Vault or a file did not let us in. Holds the status only; null: the file could not be read. */
export class LoginRefused extends Error {
  constructor(
    readonly status: number | null,
    message = `vault login: ${status === null ? 'the credential file can not be read' : `status ${status}`}`,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'LoginRefused';
  }
}
