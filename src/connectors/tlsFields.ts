import type { FieldSpec } from '../domain/template.js';

/** How the broker itself checks the certificate of a host in somebody's lab. `verify_ssl` is for Glassdome's clients. */
export const tlsFields: readonly FieldSpec[] = [
  {
    name: 'verify_ssl',
    type: 'boolean',
    label: 'Verify TLS (Glassdome)',
    default: 'false',
    help: "Handed to Glassdome's client. The broker's own calls go by the TLS mode.",
  },
  {
    name: 'tls_mode',
    type: 'select',
    label: 'TLS mode',
    options: ['system', 'custom_ca', 'fingerprint', 'insecure'],
    strict: true,
    help: 'What the broker trusts when it calls this host: public authorities, the CA below, the pinned certificate, or anything.',
  },
  { name: 'ca_cert_pem', type: 'multiline', label: 'CA certificate (PEM)' },
  { name: 'tls_fingerprint_sha256', type: 'text', label: 'Certificate fingerprint (SHA-256)' },
  { name: 'tls_server_name', type: 'text', label: 'Server name in the certificate' },
];

/** The TLS fields that decide whom a secret is sent to. */
export const tlsDestinationFields: readonly string[] = tlsFields.map((field) => field.name);
