import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { OutboundFailure } from '../../domain/outbound.js';
import { forbiddenName } from './addressPolicy.js';

/** All addresses of a name, in the system's order. */
export type Resolve = (host: string) => Promise<string[]>;

/** How long name servers may take. */
const NAME_MS = 5_000;

/** The addresses of a host. Rejects with `denied_by_policy` for a forbidden name, `name_not_found` when none is told in time. */
export function addressesOf(host: string, resolve: Resolve = systemResolve): Promise<string[]> {
  return within(NAME_MS, lookedUp(host, resolve));
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new OutboundFailure('name_not_found')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function lookedUp(host: string, resolve: Resolve): Promise<string[]> {
  if (forbiddenName(host)) throw new OutboundFailure('denied_by_policy');
  return isIP(host) === 0 ? resolve(host) : [host];
}

async function systemResolve(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}
