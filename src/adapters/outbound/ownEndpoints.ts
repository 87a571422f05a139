import { networkInterfaces } from 'node:os';
import { OutboundFailure } from '../../domain/testing/outbound.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { Clock } from '../../ports/runtime.js';
import type { Endpoint } from './addressPolicy.js';
import { addressesOf, type Resolve } from './names.js';

/** A Vault or Postgres that moves is known by then. */
const FRESH_MS = MINUTE_MS;
const ANY = new Set(['0.0.0.0', '::', 'localhost', '127.0.0.1', '::1']);

/**
 * Where the given URLs can be reached from here, looked up when asked and once a minute from then on. What was seen once
 * stays, since a name may be answered with some of its addresses at a time. Rejects with `own_names_unknown` while a name
 * was never answered.
 */
export function ownEndpoints(
  urls: readonly string[],
  { clock, resolve }: { clock: Clock; resolve?: Resolve },
): () => Promise<readonly Endpoint[]> {
  const servers = urls.filter((url) => URL.canParse(url)).flatMap((url) => serversOf(new URL(url)));
  const seen = new Map<string, ReadonlySet<string>>();
  const look = async (): Promise<readonly Endpoint[]> => {
    const hosts = [...new Set(servers.map(({ host }) => host))];
    await Promise.all(
      hosts.map(async (host) => {
        const found = await reachedAt(host, resolve);
        if (found.length > 0) seen.set(host, new Set([...(seen.get(host) ?? []), ...found]));
      }),
    );
    if (seen.size < hosts.length) throw new OutboundFailure('own_names_unknown');
    return servers.flatMap(({ host, port }) =>
      [...(seen.get(host) ?? [])].map((address) => ({ address, port })),
    );
  };
  let known: { at: number; endpoints: Promise<readonly Endpoint[]> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (known === undefined || now - known.at >= FRESH_MS) {
      const mine = { at: now, endpoints: look() };
      mine.endpoints.catch(() => {
        if (known === mine) known = undefined;
      });
      known = mine;
    }
    return known.endpoints;
  };
}

/** As the driver reads it: `?host=` of a Postgres URL counts in place of its host, and a path is no place to connect to. */
function serversOf(url: URL): { host: string; port: number }[] {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : url.protocol === 'http:' ? 80 : 5432);
  const named = url.searchParams.getAll('host');
  return (named.length > 0 ? named : [url.hostname])
    .map((host) => decoded(host).replace(/^\[|\]$/g, ''))
    .filter((host) => host !== '' && !host.startsWith('/'))
    .map((host) => ({ host, port }));
}

function decoded(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

/** A loopback or any-address server is reachable at every address of this machine. Empty when they are unknown. */
async function reachedAt(host: string, resolve?: Resolve): Promise<string[]> {
  if (ANY.has(host)) return ['127.0.0.1', '::1', ...ownAddresses()];
  return addressesOf(host, resolve).catch(() => []);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((cards) => (cards ?? []).map(({ address }) => address));
}
