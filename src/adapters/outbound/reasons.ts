import { errors } from 'undici';
import { OutboundFailure, type OutboundReason } from '../../domain/testing/outbound.js';

/** Codes of Node, OpenSSL and undici → what they mean. The first pattern that fits counts. */
const REASONS: readonly (readonly [RegExp, OutboundReason])[] = [
  [/^(ENOTFOUND|EAI_\w+|ENODATA)$/, 'name_not_found'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|EINVAL)$/, 'no_route'],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timed_out'],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, 'certificate_expired'],
  [/^ERR_TLS_CERT_ALTNAME_\w+$/, 'certificate_name'],
  [/^ERR_SSL_\w*(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, 'no_tls'],
  [
    /^ERR_SSL_\w*ALERT_(BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/,
    'client_certificate_refused',
  ],
  [/^(ERR_SSL_\w+|EPROTO)$/, 'tls_handshake'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)_|INVALID_(CA|PURPOSE)|PATH_LENGTH|HOSTNAME_MISMATCH|CRL/,
    'untrusted_certificate',
  ],
  [/^(HPE_\w+|UND_ERR_(RES|REQ)_CONTENT_LENGTH_MISMATCH|UND_ERR_RESPONSE)$/, 'garbage'],
  [/^UND_ERR_(HEADERS_OVERFLOW|RES_EXCEEDED_MAX_SIZE)$/, 'too_large'],
];

/** Maps a foreign error; an unknown one counts as a broken connection. Its message is never shown. */
export function reasonOf(error: unknown): OutboundReason {
  const code = codeOf(error);
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'reset';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  // Of its parser's errors only some have a code.
  if (error instanceof errors.HTTPParserError) return 'HPE_INVALID';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

/** Any error of a request as an `OutboundFailure`. */
export function asFailure(error: unknown, signal: AbortSignal): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  return new OutboundFailure(signal.aborted ? 'timed_out' : reasonOf(error), { cause: error });
}
