import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { withTimeout } from '../../domain/async.js';
import { OutboundFailure } from '../../domain/testing/outbound.js';
import { forbiddenName } from './addressPolicy.js';

/** All addresses of a name, in the system's order. */
export type Resolve = (host: string) => Promise<string[]>;

/** How long name servers may take. */
const NAME_MS = 5_000;

/**
 * The addresses of a host. Rejects with `denied_by_policy` for a forbidden name, `name_not_found` when it is not
 * resolved in time.
 */
export function addressesOf(host: string, resolve: Resolve = systemResolve): Promise<string[]> {
  return withTimeout(NAME_MS, lookedUp(host, resolve), () => {
    throw new OutboundFailure('name_not_found');
  });
}

async function lookedUp(host: string, resolve: Resolve): Promise<string[]> {
  if (forbiddenName(host)) throw new OutboundFailure('denied_by_policy');
  return isIP(host) === 0 ? resolve(host) : [host];
}

async function systemResolve(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}
