import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

const ANY = new Set(['0.0.0.0', '::', 'localhost', '127.0.0.1', '::1']);

/** Addresses and ports of the given URLs as they can be reached from here; a name that can't be resolved is left out. */
export async function ownEndpoints(urls: readonly string[]): Promise<{ address: string; port: number }[]> {
  const found = await Promise.all(
    urls.filter((url) => URL.canParse(url)).map((url) => endpointsOf(new URL(url))),
  );
  return found.flat();
}

async function endpointsOf(url: URL): Promise<{ address: string; port: number }[]> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : url.protocol === 'http:' ? 80 : 5432);
  const hosts = [url.hostname, ...url.searchParams.getAll('host')].map((host) =>
    host.replace(/^\[|\]$/g, ''),
  );
  const addresses = await Promise.all(hosts.filter((host) => host !== '').map(addressesOf));
  return addresses.flat().map((address) => ({ address, port }));
}

/** A loopback or any-address server is reached by every address that this machine has. */
async function addressesOf(host: string): Promise<string[]> {
  if (ANY.has(host)) return ['127.0.0.1', '::1', ...ownAddresses()];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((cards) => (cards ?? []).map(({ address }) => address));
}
