import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createServer, type Server as TlsServer } from 'node:https';
import { ConfigRefused, readNamed } from '../../config/config.js';
import {
  belongTogether,
  type CertificateFiles,
  type CertificatePair,
  certificateEnd,
} from '../../domain/credentials/certificatePair.js';
import type { Log } from '../../ports/runtime.js';
import { TIME_LIMITS } from '../timeLimits.js';

interface Renewal {
  log: Log;
  lookEveryMs: number;
}

const RULES = { minVersion: 'TLSv1.2' } as const;

/**
 * HTTPS with what the files hold, also when they change: new connections then get the new certificate. Throws
 * `ConfigRefused` when they hold no certificate with its key at the start; later such files are logged, and what was
 * served before goes on.
 */
export function createTlsServer(
  app: RequestListener,
  files: CertificateFiles,
  { log, lookEveryMs }: Renewal,
): Server {
  const first = { cert: readNamed('TLS_CERT_FILE', files.cert), key: readNamed('TLS_KEY_FILE', files.key) };
  if (!belongTogether(first))
    throw new ConfigRefused(
      'TLS_CERT_FILE and TLS_KEY_FILE: must contain a certificate and its own key (PEM)',
    );
  const server = createServer({ ...first, ...RULES, ...TIME_LIMITS }, app);
  const look = lookForNew(server, files, { seen: markOf(first), log });
  const timer = setInterval(() => void look(), lookEveryMs).unref();
  server.once('close', () => clearInterval(timer));
  return server as unknown as Server;
}

/** Two files change one after the other, so what is new counts when the look after finds it unchanged. */
function lookForNew(server: TlsServer, files: CertificateFiles, { seen, log }: { seen: string; log: Log }) {
  let before = seen;
  let known = seen;
  return async (): Promise<void> => {
    const pair = await pairIn(files);
    const now = pair === null ? 'unreadable' : markOf(pair);
    const settled = now === before;
    before = now;
    if (!settled || now === known) return;
    known = now;
    if (pair !== null && isServed(server, pair))
      log.info('tls_certificate_renewed', { ends_at: certificateEnd(pair.cert)?.toISOString() });
    else log.error('tls_certificate_refused', { reason: pair === null ? 'unreadable' : 'no_pair' });
  };
}

/** Whether the server took it; else it serves on with what it had. */
function isServed(server: TlsServer, pair: CertificatePair): boolean {
  if (!belongTogether(pair)) return false;
  try {
    server.setSecureContext({ ...pair, ...RULES });
    return true;
  } catch {
    return false;
  }
}

async function pairIn(files: CertificateFiles): Promise<CertificatePair | null> {
  try {
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')]);
    return { cert, key };
  } catch {
    return null;
  }
}

/** Detects whether something changed, and keeps no key for that. */
function markOf({ cert, key }: CertificatePair): string {
  return createHash('sha256').update(`${cert}\0${key}`).digest('hex');
}
