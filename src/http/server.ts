import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { Express } from 'express';
import { type Config, readNamed } from '../config.js';

/** Listens as the configuration says; resolves when it does. Rejects with the system's error, e.g. EADDRINUSE. */
export async function listen(app: Express, config: Config): Promise<Server> {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  const server: Server =
    cert !== undefined && key !== undefined
      ? (createTls(
          {
            cert: readNamed('TLS_CERT_FILE', cert),
            key: readNamed('TLS_KEY_FILE', key),
            minVersion: 'TLSv1.2',
          },
          app,
        ) as unknown as Server)
      : createPlain(app);
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 66_000;
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.BROKER_PORT, config.BROKER_HOST, resolve);
  });
  return server;
}

/**
 * Takes calls for `delayMs` more, so that a balancer sees `/readyz` fail first; then no new connections, and what runs
 * ends or is cut after `cutAfterMs`, counted from now.
 */
export async function drain(server: Server, wait: { delayMs: number; cutAfterMs: number }): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), wait.cutAfterMs);
  await new Promise((resolve) => setTimeout(resolve, wait.delayMs));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}
