import { getRequest, HttpConnection } from './httpConnection.js';
import { CREDENTIALS, fillLists, idOf, MEMBER, USAGE_ROWS } from './listData.js';
import { percentile, short } from './numbers.js';
import type { Report } from './report.js';
import { type BenchSystem, callJson, startSystem } from './system.js';

const ROUNDS = 300;
const WARM_UP_ROUNDS = 30;
const DAY_MS = 86_400_000;

interface Kind {
  name: string;
  path: string;
  headers: Record<string, string>;
}

/** Pages of lists and searches, each kind in its turn, beside the first page of the plain list. */
export async function listBench(): Promise<Report> {
  const system = await startSystem('bench');
  try {
    await fillLists(system.postgres.ownerUrl, (line) => process.stderr.write(`${line}\n`));
    const kinds = await kindsOf(system);
    const connection = await HttpConnection.open(system.broker);
    const samples = new Map<string, number[]>(kinds.map(({ name }) => [name, []]));
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      for (const { name, path, headers } of kinds) {
        const request = getRequest(system.broker, path, headers);
        const sentAt = performance.now();
        const { status, body } = await connection.send(request);
        if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString('utf8', 0, 300)}`);
        if (round >= 0) samples.get(name)?.push(performance.now() - sentAt);
      }
    }
    connection.close();
    return reportOf(samples);
  } finally {
    await system.stop();
  }
}

async function kindsOf(system: BenchSystem): Promise<Kind[]> {
  const admin = system.bearer(1, 'admin');
  const member = system.bearer(MEMBER, 'engineer');
  const at = (days: number) => encodeURIComponent(new Date(Date.now() + days * DAY_MS).toISOString());
  const list = (name: string, query = '', headers: Record<string, string> = admin): Kind => ({
    name,
    path: `/api/credentials${query === '' ? '' : `?${query}`}`,
    headers,
  });
  const deep = async (headers: Record<string, string>, query: string, pages: number) =>
    `${query}${query === '' ? '' : '&'}cursor=${await cursorAfter(system, headers, query, pages)}`;
  return [
    list('first page'),
    list('page 40', await deep(admin, '', 40)),
    list('page 900', await deep(admin, '', 900)),
    list('type=proxmox (40 %)', 'service_type=proxmox'),
    list('type=vmware, page 100', await deep(admin, 'service_type=vmware', 100)),
    list('type=kubernetes (none)', 'service_type=kubernetes'),
    list('health=unreachable (10 %)', 'health=unreachable'),
    list('health=rejected (33)', 'health=rejected'),
    list('status=deleted (1 %)', 'status=deleted'),
    list('label environment=prod (25 %)', 'label=environment%3Dprod'),
    list('label rack=r77 (20)', 'label=rack%3Dr77'),
    list('label none', 'label=rack%3Dnone'),
    list('team-all (50 %)', 'team=team-all'),
    list('team-red (500)', 'team=team-red'),
    list('team none', 'team=team-none'),
    list('owner (400)', `owner=glassdome%3A${MEMBER}`),
    list('owner none', 'owner=glassdome%3A5'),
    list('expiring (2 %)', 'expiring_before=2027-06-01T00%3A00%3A00Z'),
    list('expiring none', 'expiring_before=2020-01-01T00%3A00%3A00Z'),
    list('unused since 30 days (20)', `unused_since=${at(-30)}`),
    list('unused since an hour (most)', `unused_since=${at(-1 / 24)}`),
    list('q=lab (all)', 'q=lab'),
    list('q=used for (50 %)', 'q=used%20for'),
    list('q=zebra (5)', 'q=zebra'),
    list('q=host-77777 (1)', 'q=host-77777'),
    list('q=none such', 'q=nonesuch'),
    list('q=zq (two letters, none)', 'q=zq'),
    list('q=ze (two letters, 5)', 'q=ze'),
    list('member, first page', '', member),
    list('member, page 20', await deep(member, '', 20), member),
    list('member, q=zebra', 'q=zebra', member),
    list('member, health=rejected', 'health=rejected', member),
    list('stranger, nothing', '', system.bearer(5, 'observer')),
    { name: 'usage of one (hot), first', path: `/api/credentials/${idOf(50_000)}/usage`, headers: admin },
    {
      name: 'usage of one (hot), page 20',
      path: `/api/credentials/${idOf(50_000)}/usage?cursor=${await cursorAfter(system, admin, '', 20, `/api/credentials/${idOf(50_000)}/usage`)}`,
      headers: admin,
    },
  ];
}

/** The cursor at the end of that many pages. */
async function cursorAfter(
  system: BenchSystem,
  headers: Record<string, string>,
  query: string,
  pages: number,
  path = '/api/credentials',
): Promise<string> {
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const parts = [query, 'limit=100', ...(cursor === '' ? [] : [`cursor=${cursor}`])].filter(
      (p) => p !== '',
    );
    const url = `${system.broker}${path}?${parts.join('&')}`;
    const { next_cursor: next } = await callJson<{ next_cursor: string | null }>(url, headers);
    if (next === null) return cursor;
    cursor = next;
  }
  return cursor;
}

function reportOf(samples: Map<string, number[]>): Report {
  const sorted = [...samples].map(([name, values]) => ({ name, values: values.sort((a, b) => a - b) }));
  const first = percentile(sorted[0]?.values ?? [], 0.99);
  const firstMedian = percentile(sorted[0]?.values ?? [], 0.5);
  const ratios = sorted.map(({ name, values }) => ({ name, ratio: percentile(values, 0.99) / first }));
  const worst = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  return {
    name: 'list',
    rows: sorted.map(({ name, values }) => ({
      page: name,
      'p50 ms': short(percentile(values, 0.5)),
      'p99 ms': short(percentile(values, 0.99)),
      'p50 ×': short(percentile(values, 0.5) / firstMedian),
      'p99 ×': short(percentile(values, 0.99) / first),
    })),
    bars: [
      {
        what: `p99 of the slowest page (${worst.name}) beside the first page`,
        seen: worst.ratio,
        rule: 'at most',
        limit: 2,
        unit: '×',
      },
    ],
    notes: [
      `${CREDENTIALS} credentials, ${USAGE_ROWS} usage rows; ${ROUNDS} requests of each kind over HTTP, one at a time, the kinds in turn.`,
    ],
  };
}
