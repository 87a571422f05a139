import { readFile } from 'node:fs/promises';
import {
  belongTogether,
  bundleEnd,
  type CertificateFiles,
  certificateEnd,
} from '../domain/credentials/certificatePair.js';
import type { OwnExpiries, OwnExpiry } from '../ports/notices.js';

/** A certificate or token of the broker that may expire; null: it does not, or its expiry is unknown. */
export interface OwnPart {
  part: string;
  end(): Promise<Date | null>;
}

/** Asks each part each time: what ends is exchanged while the broker runs. */
export function ownExpiries(parts: readonly OwnPart[]): OwnExpiries {
  return {
    async list() {
      const ends = await Promise.all(
        parts.map(async ({ part, end }): Promise<OwnExpiry[]> => {
          const endsAt = await end().catch(() => null);
          return endsAt === null ? [] : [{ part, endsAt }];
        }),
      );
      return ends.flat();
    },
  };
}

/** What a listener serves that has these files: the newest certificate that came with its own key. */
export function servedCertificate(files: CertificateFiles): OwnPart {
  let known: Date | null = null;
  return {
    part: 'TLS certificate',
    end: async () => {
      const [cert, key] = await Promise.all([textIn(files.cert), textIn(files.key)]);
      if (belongTogether({ cert, key })) known = certificateEnd(cert);
      return known;
    },
  };
}

/** The certificates that a connection URL names; the driver reads their files for each new connection. */
export function postgresCertificates(url: string): OwnPart[] {
  if (!URL.canParse(url)) return [];
  const { searchParams } = new URL(url);
  const part = (name: string, variable: string, endOf: typeof certificateEnd): OwnPart[] => {
    const file = searchParams.getAll(variable).at(-1);
    if (file === undefined || file === '') return [];
    return [{ part: name, end: async () => endOf(await readFile(file, 'utf8')) }];
  };
  return [
    ...part('client certificate for Postgres', 'sslcert', certificateEnd),
    ...part('CA for Postgres', 'sslrootcert', bundleEnd),
  ];
}

/** Of a CA that is read once, at the start. */
export function authority(part: string, pem: string): OwnPart {
  return { part, end: async () => bundleEnd(pem) };
}

/** Empty when it can't be read. */
async function textIn(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
