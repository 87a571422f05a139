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
    'The broker may not connect to this address; its administrator can allow the range in OUTBOUND_ALLOW_CIDRS, whose value replaces the default, so that it must name all ranges that are needed.',
  ],
  denied_port: [
    'denied_by_policy',
    'address',
    'This port belongs to another kind of service, such as mail or a database, and no test speaks to it; correct the port.',
  ],
  denied_scheme: [
    'denied_by_policy',
    'address',
    'This service is only spoken to over https://; correct the address.',
  ],
  name_not_found: [
    'unreachable',
    'name',
    'The host name can’t be resolved; check its spelling and the broker’s DNS.',
  ],
  own_names_unknown: [
    'unreachable',
    'name',
    'The broker can’t look up where its own Vault and Postgres are, and until then connects nowhere else; check its DNS.',
  ],
  refused: [
    'unreachable',
    'address',
    'Nothing listens at this host and port; check both, and whether the service runs.',
  ],
  no_route: [
    'unreachable',
    'address',
    'There is no route to this host; check the network between the broker and it.',
  ],
  timed_out: [
    'unreachable',
    'address',
    'The host did not answer in time; check firewalls on the way and the service’s load.',
  ],
  reset: [
    'unreachable',
    'address',
    'The host ended the connection; check the port, and whether a proxy or firewall cuts it.',
  ],
  busy: ['rate_limited', 'quota', 'Too many tests of this host wait already; repeat in a minute.'],
  untrusted_certificate: [
    'tls_error',
    'tls',
    'The certificate comes from no trusted authority; give its CA (tls_mode custom_ca) or compare and pin its fingerprint.',
  ],
  missing_issuer: [
    'tls_error',
    'tls',
    'The host does not send its intermediate certificate, or ca_cert_pem is of another authority: the certificate that issued the host’s own is missing. Add it to ca_cert_pem beside the root, or have the host send its whole chain.',
  ],
  missing_root: [
    'tls_error',
    'tls',
    'ca_cert_pem has the certificate that issued the host’s own, but not the root above it; add the root certificate to ca_cert_pem.',
  ],
  certificate_expired: [
    'tls_error',
    'tls',
    'The certificate is out of its time; have it renewed on the host.',
  ],
  certificate_name: [
    'tls_error',
    'tls',
    'The certificate is for another name; use the name in it as host, or set tls_server_name.',
  ],
  fingerprint_mismatch: [
    'tls_error',
    'tls',
    'The host shows another certificate than the pinned one; find out why before you pin the new one.',
  ],
  no_tls: [
    'tls_error',
    'tls',
    'This port does not speak TLS; use http:// only if the service really has no TLS.',
  ],
  wants_tls: ['tls_error', 'tls', 'This port speaks TLS; write https:// in place of http:// in the address.'],
  tls_handshake: [
    'tls_error',
    'tls',
    'No TLS connection came about; the host may only speak versions before 1.2.',
  ],
  client_certificate_refused: [
    'invalid_credential',
    'authentication',
    'The host refused the client certificate; check that it is valid and from the CA that the host trusts.',
  ],
  wants_client_certificate: [
    'misconfigured',
    'tls',
    'The host lets nobody in without a client certificate, and this credential shows none, so nothing secret was sent; give its certificate and key, or the address behind it.',
  ],
  too_large: [
    'not_this_service',
    'service',
    'The answer is far larger than this service gives; check the address.',
  ],
  garbage: ['not_this_service', 'service', 'What answers there does not speak HTTP; check host and port.'],
};

/** What a test has found when the outside gave no answer. */
export function outboundFinding({ reason, certificate }: OutboundFailure): TestVerdict {
  const [code, step, advice] = MEANING[reason];
  return { code, step, advice, ...(certificate === undefined ? {} : { certificate }) };
}
