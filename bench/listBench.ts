import { getRequest, HttpConnection } from './httpConnection.js';
import { CREDENTIALS, fillLists, USAGE_ROWS } from './list/listData.js';
import { type Kind, kindsOf } from './list/listPages.js';
import { median, percentile, short } from './numbers.js';
import type { Report } from './report.js';
import { type BenchSystem, startSystem } from './system.js';

const ROUNDS = 5;
const TURNS = 400;
const WARM_UP_TURNS = 30;

/** By name of the kind. */
type Times = Map<string, number[]>;

/** Pages of lists and searches, each kind in its turn, beside the first page of the plain list. */
export async function listBench(): Promise<Report> {
  const system = await startSystem('bench');
  try {
    await fillLists(system.postgres.ownerUrl, (line) => process.stderr.write(`${line}\n`));
    const kinds = await kindsOf(system);
    const connection = await HttpConnection.open(system.broker);
    await timePages(system, connection, kinds, WARM_UP_TURNS);
    const rounds: Times[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push(await timePages(system, connection, kinds, TURNS));
    }
    connection.close();
    return reportOf(kinds, rounds);
  } finally {
    await system.stop();
  }
}

/** Each kind once a turn, in another order each time, so that what happens now and then hits all alike; milliseconds, sorted. */
async function timePages(
  system: BenchSystem,
  connection: HttpConnection,
  kinds: readonly Kind[],
  turns: number,
): Promise<Times> {
  const times: Times = new Map(kinds.map(({ name }) => [name, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { name, path, headers } of shuffled(kinds)) {
      const request = getRequest(system.broker, path, headers);
      const sentAt = performance.now();
      const { status, body } = await connection.send(request);
      if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString('utf8', 0, 300)}`);
      times.get(name)?.push(performance.now() - sentAt);
    }
  }
  for (const values of times.values()) values.sort((a, b) => a - b);
  return times;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function reportOf(kinds: readonly Kind[], rounds: readonly Times[]): Report {
  const first = kinds[0]?.name ?? '';
  const of = (round: Times, name: string, share: number) => percentile(round.get(name) ?? [], share);
  const each = (name: string, share: number) => median(rounds.map((round) => of(round, name, share)));
  const ratio = (name: string, share: number) =>
    median(rounds.map((round) => of(round, name, share) / of(round, first, share)));
  const slowest = kinds.reduce((a, b) => (ratio(b.name, 0.99) > ratio(a.name, 0.99) ? b : a));
  return {
    name: 'list',
    rows: kinds.map(({ name }) => ({
      page: name,
      'p50 ms': short(each(name, 0.5)),
      'p99 ms': short(each(name, 0.99)),
      'p50 ×': short(ratio(name, 0.5)),
      'p99 ×': short(ratio(name, 0.99)),
    })),
    bars: [
      {
        what: `p99 of the slowest page (${slowest.name}) beside the first page`,
        seen: ratio(slowest.name, 0.99),
        rule: 'at most',
        limit: 2,
        unit: '×',
      },
    ],
    notes: [
      `${CREDENTIALS} credentials, ${USAGE_ROWS} usage rows; medians of ${ROUNDS} rounds of ${TURNS} requests of each kind over HTTP, one at a time, the kinds in turn and each time in another order.`,
    ],
  };
}
