import type { SmtpOptions } from './adapters/notify/mail.js';
import { createOutbound } from './adapters/outbound/outbound.js';
import { ownEndpoints } from './adapters/outbound/ownEndpoints.js';
import { type Config, readNamed, required } from './config/config.js';
import { listOf } from './config/lists.js';
import { Secret } from './domain/secret.js';
import type { Clock } from './ports/runtime.js';
import type { HostSlots, Outbound } from './ports/testing.js';

/** Never to the broker, Vault or Postgres, nor to the cluster port of Vault's nodes. */
export function guardedOutbound(config: Config, clock: Clock, hostSlots: HostSlots): Outbound {
  const host = config.BROKER_HOST.includes(':') ? `[${config.BROKER_HOST}]` : config.BROKER_HOST;
  const own = [
    ...[config.BROKER_PORT, config.WORKER_PORT]
      .filter((port) => port !== undefined)
      .map((port) => `http://${host}:${port}`),
    ...listOf(config.VAULT_ADDR).flatMap((address) => [address, clusterAddress(address)]),
    required(config, 'DATABASE_URL'),
  ];
  const allowCidrs = listOf(config.OUTBOUND_ALLOW_CIDRS);
  return createOutbound({ clock, hostSlots, allowCidrs, forbidden: ownEndpoints(own, { clock }) });
}

/** The cluster port of Vault's nodes: the port after that of the API, unless an operator changed it. */
function clusterAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.port = String((Number(url.port) || (url.protocol === 'https:' ? 443 : 80)) + 1);
  return url.origin;
}

/** The mail server, where one is set. */
export function smtpOf(config: Config): { smtp?: SmtpOptions } {
  const { SMTP_HOST: host, SMTP_FROM: from, SMTP_USER: user, SMTP_CA_FILE: ca } = config;
  if (host === undefined || from === undefined) return {};
  const file = config.SMTP_PASSWORD_FILE;
  const password = file === undefined ? undefined : readNamed('SMTP_PASSWORD_FILE', file).trim();
  return {
    smtp: {
      host,
      port: config.SMTP_PORT,
      tls: config.SMTP_TLS,
      from,
      ...(config.SMTP_HELO_NAME !== undefined && { name: config.SMTP_HELO_NAME }),
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password: new Secret(password) }),
      ...(ca !== undefined && { caPem: readNamed('SMTP_CA_FILE', ca) }),
    },
  };
}
