import { createPrivateKey, X509Certificate } from 'node:crypto';

/** A certificate with its chain, and its private key; PEM. */
export interface CertificatePair {
  cert: string;
  key: string;
}

/** The paths of the two. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Whether the key is that of the first certificate; false too for what can't be read as either. */
export function belongTogether({ cert, key }: CertificatePair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** When the first certificate of a PEM text ends; null: it does not say. Throws where there is none. */
export function certificateEnd(pem: string): Date | null {
  const at = new Date(new X509Certificate(pem).validTo);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** Whether a PEM text holds certificates and each of them can be read. */
export function isBundle(pem: string): boolean {
  const each = certificatesIn(pem);
  const begun = pem.match(/-----BEGIN [^-]*CERTIFICATE-----/g)?.length ?? 0;
  try {
    return (
      each.length > 0 &&
      each.length === begun &&
      each.every((one) => new X509Certificate(one).ca !== undefined)
    );
  } catch {
    return false;
  }
}

const certificatesIn = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

/** When the last certificate of a bundle expires, and with it everything the bundle is trusted for; null: unknown. */
export function bundleEnd(pem: string): Date | null {
  const ends = certificatesIn(pem)
    .map(certificateEnd)
    .filter((end) => end !== null);
  return ends.length === 0 ? null : new Date(Math.max(...ends.map((end) => end.getTime())));
}
