import type { FieldValues } from '../../domain/credentials/fields.js';
import type { FieldSpec } from '../../domain/credentials/template.js';
import { impliedMode, TLS_MODES } from '../../domain/credentials/tlsRules.js';
import type { TlsChoice } from '../../domain/testing/outbound.js';
import { ended } from '../../domain/testing/testResult.js';
import { matching, type Rule } from '../fieldRules.js';
import { belongTogether, brokenCertificate, isCertificate, privateKey } from './certificate.js';
import { optional, setting } from './probing.js';

const FINGERPRINT = /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i;

/** How the broker itself checks the certificate of a host in a lab. `verify_ssl` is for Glassdome's clients. */
export const tlsFields: readonly FieldSpec[] = [
  {
    name: 'verify_ssl',
    type: 'boolean',
    label: 'Verify TLS (Glassdome)',
    default: 'false',
    help: "Passed to Glassdome's client. Calls of the broker follow the TLS mode.",
  },
  {
    name: 'tls_mode',
    type: 'select',
    label: 'TLS mode',
    options: [...TLS_MODES],
    strict: true,
    help: 'What the broker trusts when it calls this host: public authorities, the CA below, the pinned certificate, or anything. If omitted, a CA or fingerprint decides.',
  },
  { name: 'ca_cert_pem', type: 'multiline', label: 'CA certificate (PEM)' },
  { name: 'tls_fingerprint_sha256', type: 'text', label: 'Certificate fingerprint (SHA-256)' },
  { name: 'tls_server_name', type: 'text', label: 'Server name in the certificate' },
];

/** The same for services that Glassdome has no client for. */
export const brokerTlsFields: readonly FieldSpec[] = tlsFields.filter(({ name }) => name !== 'verify_ssl');

/** The TLS fields that decide to which host a secret is sent. */
export const tlsDestinationFields: readonly string[] = tlsFields.map((field) => field.name);
export const brokerTlsDestinationFields: readonly string[] = brokerTlsFields.map((field) => field.name);

/** For services that know us by a certificate. */
export const clientCertificateFields: readonly FieldSpec[] = [
  { name: 'client_cert_pem', type: 'multiline', label: 'Client certificate (PEM)' },
  { name: 'client_key_pem', type: 'secret_text', label: 'Client key (PEM)' },
  { name: 'client_key_passphrase', type: 'password', label: 'Passphrase of the client key' },
];

const certificate: Rule = (text) => {
  const broken = brokenCertificate(text);
  if (broken !== undefined && broken.of > 1)
    return `must be certificates in PEM form; number ${broken.place} of ${broken.of} can’t be read: paste it again, from its BEGIN to its END line`;
  return isCertificate(text) ? undefined : 'must be a certificate in PEM form, with its BEGIN and END lines';
};

/** What our own certificate and key show before any request. */
export const certificateRules: Readonly<Record<string, Rule>> = {
  client_cert_pem: certificate,
  client_key_pem: (text, values) => {
    const key = privateKey(text, optional(values, 'client_key_passphrase'));
    if (key === undefined)
      return 'must be a private key in PEM form, with client_key_passphrase if it has one';
    const cert = setting(values, 'client_cert_pem');
    if (cert === undefined || !isCertificate(cert) || belongTogether(cert, key)) return undefined;
    return 'must be the key of client_cert_pem; this key belongs to another certificate';
  },
};

/** The same for everything that decides which hosts a connection trusts. */
export const tlsRules: Readonly<Record<string, Rule>> = {
  ...certificateRules,
  ca_cert_pem: certificate,
  tls_fingerprint_sha256: matching(
    FINGERPRINT,
    'must be 32 pairs of hex digits, optionally separated by ":"',
  ),
};

/** What the TLS fields say; the test ends with `misconfigured` where one is missing that another one needs. */
export function tlsOf(values: FieldValues): TlsChoice {
  const mode = modeOf(values);
  const [caPem, fingerprint] = [setting(values, 'ca_cert_pem'), setting(values, 'tls_fingerprint_sha256')];
  if (mode === 'custom_ca' && caPem === undefined)
    throw ended(
      'misconfigured',
      'tls_mode is custom_ca, but ca_cert_pem is empty; paste the CA certificate.',
    );
  if (mode === 'fingerprint' && !FINGERPRINT.test(fingerprint ?? ''))
    throw ended(
      'misconfigured',
      'tls_mode is fingerprint, but tls_fingerprint_sha256 is not 32 pairs of hex digits; copy it from the host.',
    );
  const [serverName, clientCertPem] = [
    setting(values, 'tls_server_name'),
    setting(values, 'client_cert_pem'),
  ];
  const { client_key_pem: clientKeyPem, client_key_passphrase: clientKeyPassphrase } = values.secrets;
  return {
    mode,
    ...(mode === 'custom_ca' && caPem !== undefined && { caPem }),
    ...(mode === 'fingerprint' && fingerprint !== undefined && { fingerprintSha256: fingerprint }),
    ...(serverName !== undefined && { serverName }),
    ...(clientCertPem !== undefined && { clientCertPem }),
    ...(clientKeyPem !== undefined && { clientKeyPem }),
    ...(clientKeyPassphrase !== undefined && { clientKeyPassphrase }),
  };
}

function modeOf(values: FieldValues): TlsChoice['mode'] {
  const given = (name: string) => setting(values, name) !== undefined;
  if (!given('tls_mode') && given('ca_cert_pem') && given('tls_fingerprint_sha256'))
    throw ended(
      'misconfigured',
      'Both ca_cert_pem and tls_fingerprint_sha256 are set; choose one with tls_mode and remove the other.',
    );
  const word = setting(values, 'tls_mode') ?? impliedMode(given) ?? 'system';
  const mode = TLS_MODES.find((known) => known === word);
  if (mode === undefined) throw ended('misconfigured', `tls_mode must be one of ${TLS_MODES.join(', ')}.`);
  return mode;
}

/** The same connection as a stranger: what it opens needs no certificate. */
export function withoutClientCertificate(tls: TlsChoice): TlsChoice {
  const { clientCertPem: _cert, clientKeyPem: _key, clientKeyPassphrase: _passphrase, ...rest } = tls;
  return rest;
}
