import type { OutboundFailure, OutboundReason } from './outbound.js';
import type { TestCode, TestStep, TestVerdict } from './testResult.js';

const MEANING: Readonly<Record<OutboundReason, readonly [TestCode, TestStep, string]>> = {
  bad_url: [
    'misconfigured',
    'settings',
    'The address is not a host name, an IP address or an http(s) URL; correct it.',
  ],
  bad_tls_settings: [
    'misconfigured',
    'settings',
    'A certificate or key of the TLS settings can’t be read; paste it again in PEM form, with its passphrase if it has one.',
  ],
  denied_by_policy: [
    'denied_by_policy',
    'address',
    'The network policy of the broker blocks this address; its administrator can allow the range in OUTBOUND_ALLOW_CIDRS. That value replaces the default, so it must contain all ranges that are needed.',
  ],
  denied_port: [
    'denied_by_policy',
    'address',
    'This port belongs to another kind of service, such as mail or a database, and is not tested; correct the port.',
  ],
  denied_scheme: [
    'denied_by_policy',
    'address',
    'This service is only called over https://; correct the address.',
  ],
  name_not_found: [
    'unreachable',
    'name',
    'The host name can’t be resolved; check its spelling and the broker’s DNS.',
  ],
  own_names_unknown: [
    'unreachable',
    'name',
    'The broker can’t resolve the addresses of Vault and Postgres, and connects nowhere else until it can; check its DNS.',
  ],
  refused: [
    'unreachable',
    'address',
    'Nothing listens on this host and port; check both, and whether the service is running.',
  ],
  no_route: [
    'unreachable',
    'address',
    'There is no route to this host; check the network between the broker and the host.',
  ],
  timed_out: [
    'unreachable',
    'address',
    'The host did not answer in time; check firewalls on the network path and the load of the service.',
  ],
  reset: [
    'unreachable',
    'address',
    'The host closed the connection; check the port, and whether a proxy or firewall interrupts it.',
  ],
  busy: ['rate_limited', 'quota', 'Too many tests of this host are already waiting; try again in a minute.'],
  untrusted_certificate: [
    'tls_error',
    'tls',
    'The certificate is not from a trusted authority; add its CA (tls_mode custom_ca), or compare and pin its fingerprint.',
  ],
  missing_issuer: [
    'tls_error',
    'tls',
    'The issuer of the host’s certificate is missing: the host does not send its intermediate certificate, or ca_cert_pem is from another authority. Add the intermediate certificate to ca_cert_pem along with the root, or configure the host to send its whole chain.',
  ],
  missing_root: [
    'tls_error',
    'tls',
    'ca_cert_pem contains the issuer of the host’s certificate, but not the root above it; add the root certificate to ca_cert_pem.',
  ],
  certificate_expired: [
    'tls_error',
    'tls',
    'The certificate has expired or is not valid yet; renew it on the host.',
  ],
  certificate_name: [
    'tls_error',
    'tls',
    'The certificate is for another host name; use the name in the certificate as host, or set tls_server_name.',
  ],
  fingerprint_mismatch: [
    'tls_error',
    'tls',
    'The certificate of the host is not the pinned one; find out why before you pin the new one.',
  ],
  no_tls: [
    'tls_error',
    'tls',
    'This port does not use TLS; use http:// only if the service really has no TLS.',
  ],
  wants_tls: ['tls_error', 'tls', 'This port uses TLS; change http:// to https:// in the address.'],
  tls_handshake: [
    'tls_error',
    'tls',
    'The TLS connection failed; the host may only support versions before 1.2.',
  ],
  client_certificate_refused: [
    'invalid_credential',
    'authentication',
    'The host refused the client certificate; check that it is valid and from the CA that the host trusts.',
  ],
  wants_client_certificate: [
    'misconfigured',
    'tls',
    'The host requires a client certificate, and this credential has none, so no secret was sent; add a certificate and its key, or use the address behind it.',
  ],
  too_large: [
    'not_this_service',
    'service',
    'The answer is much larger than expected from this service; check the address.',
  ],
  garbage: [
    'not_this_service',
    'service',
    'The server at this address does not use HTTP; check host and port.',
  ],
};

/** What a test has found when the outside gave no answer. */
export function outboundFinding({ reason, certificate }: OutboundFailure): TestVerdict {
  const [code, step, advice] = MEANING[reason];
  return { code, step, advice, ...(certificate === undefined ? {} : { certificate }) };
}
