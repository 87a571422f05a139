/** The system's code of a failed connection (`ECONNREFUSED`, `CERT_HAS_EXPIRED` …); its text may hold more than we want to show. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
}

/** What to do about a failed TLS handshake, or undefined. `ca`: the setting that names a CA. */
export function hintForTls(reason: string, ca: string): string | undefined {
  if (/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE/.test(reason))
    return `Its certificate is not trusted here: set the CA that signed it with ${ca}.`;
  if (reason === 'CERT_HAS_EXPIRED') return 'Its certificate has expired: renew it there.';
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Its certificate is for another host name: use that name.';
  if (reason === 'ERR_SSL_WRONG_VERSION_NUMBER' || reason === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'The server does not use TLS at this port: check whether the address is http://.';
  return undefined;
}
