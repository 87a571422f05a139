import { X509Certificate } from 'node:crypto';
import { foreignText } from '../domain/testResult.js';

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
    return foreignText(/^CN=(.+)$/m.exec(subject)?.[1], 120);
  } catch {
    // As above.
    return '';
  }
}
