import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { serviceText } from '../../domain/testing/testResult.js';

/** The end of the first certificate of a PEM text; undefined when it can't be read. */
export function endOfCertificate(pem: string): Date | undefined {
  try {
    const at = new Date(new X509Certificate(pem).validTo);
    return Number.isNaN(at.getTime()) ? undefined : at;
  } catch {
    // The TLS library has taken it, so it is good in a way that this reader does not know.
    return undefined;
  }
}

/** The common name of the first certificate of a PEM text; empty when there is none. */
export function commonNameOf(pem: string): string {
  try {
    const { subject } = new X509Certificate(pem);
    return serviceText(/^CN=(.+)$/m.exec(subject)?.[1], 120);
  } catch {
    // As above.
    return '';
  }
}

/** The key of a PEM text, opened by its passphrase; undefined when it can't be read. */
export function privateKey(pem: string, passphrase?: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  } catch {
    // The library's message says nothing that helps, and may quote.
    return undefined;
  }
}

/** True for one certificate or more in PEM form. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    // As above.
    return false;
  }
}

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*(-----END (?:X509 |TRUSTED )?CERTIFICATE-----)?/g;

/** Place of the first certificate of a bundle that can't be read, counted from 1, and how many there are. */
export function brokenCertificate(pem: string): { place: number; of: number } | undefined {
  const blocks = pem.match(CERTIFICATE) ?? [];
  const at = blocks.findIndex((block) => !isCertificate(block));
  return at < 0 ? undefined : { place: at + 1, of: blocks.length };
}

/** True when the key is the certificate's own. Both must be readable. */
export function belongTogether(certificate: string, key: KeyObject): boolean {
  return new X509Certificate(certificate).checkPrivateKey(key);
}
