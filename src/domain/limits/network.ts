/**
 * The number of IPv6 groups that count: a customer gets a /56 or a /48, and with it more addresses than can be
 * counted.
 */
const GROUPS = 3;

/** Whose address it is, as far as limits go: an IPv4 address, or the /56 of an IPv6 address. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  if (!plain.includes(':')) return plain;
  const groups = groupsOf(plain);
  if (groups.length !== 8 || groups.some((group) => !(group <= 0xffff))) return plain;
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  const [half = 0] = groups.slice(GROUPS);
  return `${[...groups.slice(0, GROUPS), half & 0xff00].map((group) => group.toString(16)).join(':')}::/56`;
}

/** Its eight groups of 16 bits. */
function groupsOf(address: string): number[] {
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    v4 === null
      ? address
      : `${v4[1]}${((Number(v4[2]) << 8) | Number(v4[3])).toString(16)}:${((Number(v4[4]) << 8) | Number(v4[5])).toString(16)}`;
  const [head = '', tail] = text.split('::');
  const parts = (half: string): number[] =>
    half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return parts(head);
  const [before, after] = [parts(head), parts(tail)];
  return [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}
