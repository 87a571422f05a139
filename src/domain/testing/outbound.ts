import type { Secret } from '../secret.js';
import type { ShownCertificate } from './testResult.js';

/** What a connection trusts, and how it identifies itself. */
export interface TlsChoice {
  /** `system`: public authorities. `fingerprint`: exactly this certificate. `insecure`: anybody. */
  mode: 'system' | 'custom_ca' | 'fingerprint' | 'insecure';
  /** One or more certificates, for `custom_ca`. */
  caPem?: string;
  /** 64 hex digits, `:` between them or not, for `fingerprint`. */
  fingerprintSha256?: string;
  /** The name that the certificate must have, when it is not the host's. */
  serverName?: string;
  clientCertPem?: string;
  clientKeyPem?: Secret;
  clientKeyPassphrase?: Secret;
}

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** `http:` or `https:`, without a user in it. Nothing secret: addresses are audited. */
  url: URL;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Left out: `system`. Requests of a test to one origin share one connection, but for those without the client certificate. */
  tls?: TlsChoice;
}

export interface OutboundAnswer {
  status: number;
  /** The reason phrase as it was sent. */
  statusText: string;
  /** Lower-case names. */
  headers: Readonly<Record<string, readonly string[]>>;
  /** UTF-8; what is longer than the cap ends the test. */
  body: string;
}

/**
 * How a connector connects to the outside during one test. Every connection has the same deadline, cap and policy.
 */
export interface Probe {
  /** For signatures and for comparing with a service's own clock. */
  now(): Date;
  /** Rejects with `OutboundFailure`. Redirects are answered, never followed. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
}

/** All values of the header, joined by `, `; empty when it was not sent. */
export function headerOf(answer: OutboundAnswer, name: string): string {
  return (answer.headers[name] ?? []).join(', ');
}

/** Why a request got no answer. */
export type OutboundReason =
  | 'bad_url'
  | 'bad_tls_settings'
  | 'denied_by_policy'
  | 'denied_port'
  | 'denied_scheme'
  | 'name_not_found'
  | 'own_names_unknown'
  | 'refused'
  | 'no_route'
  | 'timed_out'
  | 'reset'
  | 'busy'
  | 'untrusted_certificate'
  | 'missing_issuer'
  | 'missing_root'
  | 'certificate_expired'
  | 'certificate_name'
  | 'fingerprint_mismatch'
  | 'no_tls'
  | 'wants_tls'
  | 'tls_handshake'
  | 'client_certificate_refused'
  | 'wants_client_certificate'
  | 'too_large'
  | 'garbage';

/** The outside did not answer, or may not be asked. `domain/outboundFinding.ts` says what it means for a test. */
export class OutboundFailure extends Error {
  readonly reason: OutboundReason;
  /** What the host showed, where the certificate was the trouble. */
  readonly certificate: ShownCertificate | undefined;

  constructor(reason: OutboundReason, options: { certificate?: ShownCertificate; cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OutboundFailure';
    this.reason = reason;
    this.certificate = options.certificate;
  }
}
