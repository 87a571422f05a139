/** The library's own failure code. The server's answer, if there is one, says more. */
const CODES: Readonly<Record<string, string>> = {
  EAUTH: 'mail_login_refused',
  ENOAUTH: 'mail_login_missing',
  EENVELOPE: 'address_refused',
  ETLS: 'tls_handshake',
  ETIMEDOUT: 'timed_out',
  ECONNECTION: 'connection_lost',
  EDNS: 'name_not_found',
  EPROTOCOL: 'no_mail_server',
};

/** Answers of the server (RFC 5321, 4954, 3207) that name the cause whatever the step was. */
const ANSWERS: Readonly<Record<number, string>> = {
  421: 'mail_server_busy',
  450: 'address_refused',
  451: 'mail_server_refused',
  452: 'mail_server_busy',
  454: 'mail_login_unavailable',
  523: 'message_too_large',
  530: 'mail_login_missing',
  534: 'mail_login_refused',
  535: 'mail_login_refused',
  538: 'mail_login_needs_tls',
  552: 'message_too_large',
};

interface MailError extends Error {
  code?: unknown;
  originalCode?: unknown;
  responseCode?: unknown;
  syscall?: unknown;
  command?: unknown;
  response?: unknown;
  recipient?: unknown;
  rejectedErrors?: readonly MailError[];
}

/** A code of ours for why no address was served. The server's own words may quote addresses, so they stay outside. */
export function mailFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'mail_server_refused';
  const { code, originalCode, responseCode, command, syscall, rejectedErrors = [] } = error as MailError;
  const answered = ANSWERS[Number(responseCode)];
  if (answered !== undefined) return answered;
  if (rejectedErrors.some(needsSmtpUtf8)) return 'address_needs_smtputf8';
  if (code === 'EENVELOPE' && command === 'MAIL FROM') return 'sender_refused';
  if (code === 'ESOCKET') return socketFailure(originalCode, syscall);
  return CODES[String(code)] ?? 'mail_server_refused';
}

/** RFC 6531: 553 or enhanced code 5.6.7 for a name beyond ASCII; servers that never heard of it answer 501. */
function needsSmtpUtf8({ recipient, response }: MailError): boolean {
  const beyondAscii = /[^\p{ASCII}]/u.test(String(recipient));
  return beyondAscii && /^(501|553)\b|^\d{3}[ -]5\.6\.7\b/.test(String(response));
}

/** Codes of Node and OpenSSL from before the first command; the first pattern that fits counts. */
const SOCKET_CODES: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^E(HOST|NET)(UNREACH|DOWN)$|^EADDRNOTAVAIL$/, 'no_route'],
  [/^ETIMEDOUT$/, 'timed_out'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'certificate_expired'],
  [/^ERR_TLS_CERT_ALTNAME/, 'certificate_name'],
  [/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)_/, 'untrusted_certificate'],
  [/^(ERR_SSL_|EPROTO$)/, 'tls_handshake'],
];

/** What broke after the server was reached may have been taken by it. */
function socketFailure(originalCode: unknown, syscall: unknown): string {
  const [, code] = SOCKET_CODES.find(([pattern]) => pattern.test(String(originalCode))) ?? [];
  const reset = code === undefined || (code === 'timed_out' && syscall !== 'connect');
  return reset ? 'connection_lost' : code;
}
