import { type BenchSystem, callJson } from '../system.js';
import { idOf, MEMBER } from './listData.js';

const DAY_MS = 86_400_000;

/** One kind of page. */
export interface Kind {
  name: string;
  path: string;
  headers: Record<string, string>;
}

/** The plain list's first page, then every other kind of page. */
export async function kindsOf(system: BenchSystem): Promise<Kind[]> {
  const admin = system.bearer(1, 'admin');
  const member = system.bearer(MEMBER, 'engineer');
  const plain = (name: string, query: string, headers = admin): Kind => ({
    name,
    path: listPath(query),
    headers,
  });
  const deep = async (pages: number, query = '', headers: Record<string, string> = admin): Promise<string> =>
    `${query}&cursor=${await cursorAfter(system, headers, listPath(query), pages)}`;
  const usage = `/api/credentials/${idOf(50_000)}/usage`;
  return [
    plain('first page', ''),
    plain('page 40', await deep(40)),
    plain('page 900', await deep(900)),
    ...FILTERS.map(([name, query]) => plain(name, query)),
    plain('type=vmware, page 100', await deep(100, 'service_type=vmware')),
    plain('unused since 30 days (20)', `unused_since=${ago(30)}`),
    plain('unused since an hour (most)', `unused_since=${ago(1 / 24)}`),
    plain('member, first page', '', member),
    plain('member, page 20', await deep(20, '', member), member),
    plain('member, q=zebra', 'q=zebra', member),
    plain('member, health=rejected', 'health=rejected', member),
    plain('stranger, nothing', '', system.bearer(5, 'observer')),
    { name: 'usage of one (hot), first', path: usage, headers: admin },
    {
      name: 'usage of one (hot), page 10',
      path: `${usage}?cursor=${await cursorAfter(system, admin, `${usage}?`, 10)}`,
      headers: admin,
    },
  ];
}

/** How many of all credentials each finds stands in brackets. */
const FILTERS: readonly (readonly [name: string, query: string])[] = [
  ['type=proxmox (40 %)', 'service_type=proxmox'],
  ['type=kubernetes (none)', 'service_type=kubernetes'],
  ['health=unreachable (10 %)', 'health=unreachable'],
  ['health=rejected (33)', 'health=rejected'],
  ['status=deleted (1 %)', 'status=deleted'],
  ['label environment=prod (25 %)', 'label=environment%3Dprod'],
  ['label rack=r77 (20)', 'label=rack%3Dr77'],
  ['label (none)', 'label=rack%3Dnone'],
  ['team-all (50 %)', 'team=team-all'],
  ['team-red (500)', 'team=team-red'],
  ['team (none)', 'team=team-none'],
  ['owner (400)', `owner=glassdome%3A${MEMBER}`],
  ['owner (none)', 'owner=glassdome%3A5'],
  ['expiring (2 %)', 'expiring_before=2027-06-01T00%3A00%3A00Z'],
  ['expiring (none)', 'expiring_before=2020-01-01T00%3A00%3A00Z'],
  ['q=lab (all)', 'q=lab'],
  ['q=used for (50 %)', 'q=used%20for'],
  ['q=zebra (5)', 'q=zebra'],
  ['q=host-77777 (1)', 'q=host-77777'],
  ['q=nonesuch (none)', 'q=nonesuch'],
  ['q=zq (two letters, none)', 'q=zq'],
  ['q=ze (two letters, 5)', 'q=ze'],
];

const listPath = (query: string): string => `/api/credentials?${query}`;

function ago(days: number): string {
  return encodeURIComponent(new Date(Date.now() - days * DAY_MS).toISOString());
}

/** The cursor at the end of that many pages of a hundred, or of all there are. */
async function cursorAfter(
  system: BenchSystem,
  headers: Record<string, string>,
  path: string,
  pages: number,
): Promise<string> {
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const url = `${system.broker}${path}&limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { next_cursor: next } = await callJson<{ next_cursor: string | null }>(url, headers);
    if (next === null) return cursor;
    cursor = next;
  }
  return cursor;
}
