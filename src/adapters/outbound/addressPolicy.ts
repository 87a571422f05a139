import { BlockList, isIP } from 'node:net';

/** Where something listens. */
export interface Endpoint {
  address: string;
  port: number;
}

/** Who may be connected to. Judged by resolved address, never by name alone. */
export interface AddressPolicy {
  /** True when the broker may open a connection to that address and port. */
  allows(address: string, port: number): boolean;
}

export interface PolicyOptions {
  /** Ranges in CIDR form that are allowed in addition to public addresses (`OUTBOUND_ALLOW_CIDRS`). */
  allowCidrs: readonly string[];
  /** The broker's own, Vault's and Postgres's addresses: never, whatever the list says. */
  forbidden: readonly Endpoint[];
}

/** Never, whatever a list says: metadata services, this host, link-local, multicast, broadcast. */
const NEVER = blockList([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // Services of clouds at their hosts: AWS (metadata, pod identity, DNS, time), Google, Oracle, Scaleway.
  'fd00:ec2::/32',
  'fd20:ce::/32',
  'fd00:c1::a9fe:a9fe/128',
  'fd00:42::42/128',
]);

/** Not public, so only by the list: loopback, private, shared, benchmarks, documentation, reserved, tunnels. */
const LISTED_ONLY = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '::1/128',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
]);

/** Names of metadata services that a resolver may answer with any address. */
const FORBIDDEN_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** True for a name that is refused before it is resolved. */
export function forbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name.toLowerCase().replace(/\.+$/, ''));
}

export function addressPolicy({ allowCidrs, forbidden }: PolicyOptions): AddressPolicy {
  const allowed = blockList(allowCidrs);
  const own = new Set(
    forbidden.flatMap(({ address, port }) => unwrapped(address).map((one) => placeOf(one, port))),
  );
  const matches = (list: BlockList, address: string) =>
    list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  return {
    allows(address, port) {
      if (isIP(address) === 0) return false;
      const spellings = unwrapped(address);
      if (spellings.some((one) => own.has(placeOf(one, port)))) return false;
      return spellings.every((one) => {
        if (matches(NEVER, one)) return false;
        const global = one.includes(':') ? isGlobalV6(one) : true;
        return (global && !matches(LISTED_ONLY, one)) || matches(allowed, one);
      });
    },
  };
}

/** All of loopback is one place: what listens on one of its addresses may answer on the others. */
const placeOf = (address: string, port: number) =>
  `${/^(127\.|0:0:0:0:0:0:0:1$)/.test(address) ? 'loopback' : address} ${port}`;

/** Public IPv6 addresses are all in 2000::/3, but for the translated ones, which are judged by what they carry. */
const GLOBAL_V6 = blockList(['2000::/3', '64:ff9b::/96', '::ffff:0:0/96', '::/96']);
const isGlobalV6 = (address: string) => GLOBAL_V6.check(address, 'ipv6');

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits = ''] = cidr.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** The address in one spelling; an IPv6 address that carries an IPv4 one is judged as both. */
function unwrapped(address: string): string[] {
  if (!address.includes(':')) return [address];
  const words = wordsOf(address);
  const at = (index: number) => words[index] ?? 0;
  const v4 = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const canonical = words.map((word) => word.toString(16)).join(':');
  const zeros = (count: number) => words.slice(0, count).every((word) => word === 0);
  // Mapped and translated forms say nothing but the IPv4 address in them.
  if (zeros(5) && at(5) === 0xffff) return [v4(at(6), at(7))];
  if (zeros(4) && at(4) === 0xffff && at(5) === 0) return [v4(at(6), at(7))];
  if (at(0) === 0x64 && at(1) === 0xff9b && words.slice(2, 6).every((word) => word === 0))
    return [v4(at(6), at(7))];
  if (at(0) === 0x64 && at(1) === 0xff9b && at(2) === 1) return [canonical, v4(at(6), at(7))];
  if (zeros(6) && (at(6) !== 0 || at(7) > 1)) return [v4(at(6), at(7))];
  if (at(0) === 0x2002) return [canonical, v4(at(1), at(2))];
  return [canonical];
}

/** Eight 16-bit words of an IPv6 address; a zone is dropped. */
function wordsOf(address: string): number[] {
  const [plain = ''] = address.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const [, head = '', a, b, c, d] = dotted ?? [];
  const hex = (high?: string, low?: string) => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted === null ? plain : `${head}${hex(a, b)}:${hex(c, d)}`;
  const [left = '', right] = text.split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const [start, end] = [parse(left), parse(right ?? '')];
  const middle = right === undefined ? 0 : 8 - start.length - end.length;
  return [...start, ...Array.from({ length: middle }, () => 0), ...end];
}
