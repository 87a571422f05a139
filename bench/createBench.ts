import { randomUUID } from 'node:crypto';
import { type OpeningService, startOpeningService } from '../test/support/services/openingService.js';
import { type CountedStatement, callsInARow, countedPostgres, countedVault } from './countedParts.js';
import { median, short } from './numbers.js';
import type { Report } from './report.js';
import { type BenchSystem, startSystem } from './system.js';

const OWNER = 7;
const WARM_UP = 10;
const COUNTED = 15;
const TIMED = 150;
const BROKER = { TESTS_PER_MINUTE: '0', TESTED_ADDRESSES_PER_HOUR: '0' };

/** One kind of write; `id` is a credential that it may change. */
interface Kind {
  what: string;
  run(broker: Broker, id: string): Promise<{ id: string }>;
}

/** What one write cost. */
interface Cost {
  transactions: number;
  singleWrites: number;
  statements: number;
  vaultCalls: number;
  vaultInARow: number;
}

interface Broker {
  send(method: string, path: string, body: object, headers?: Record<string, string>): Promise<{ id: string }>;
}

/** What storing a credential costs: counted behind proxies, timed without them. */
export async function createBench(): Promise<Report> {
  const system = await startSystem();
  const service = await startOpeningService('127.0.2.1');
  const postgres = await countedPostgres(Number(new URL(system.postgres.appUrl).port));
  const vault = await countedVault(system.vault.address);
  try {
    const kinds = kindsOf(service);
    const behind = new URL(system.postgres.appUrl);
    behind.port = String(postgres.port);
    const counted = brokerAt(
      system,
      await system.anotherBroker({
        ...BROKER,
        DATABASE_URL: behind.href,
        VAULT_ADDR: `http://127.0.0.1:${vault.port}`,
      }),
    );
    const costs = await countAll(counted, kinds, () => costOf(postgres.take(), vault.take()));
    const times = await timeAll(brokerAt(system, await system.anotherBroker(BROKER)), kinds);
    return reportOf(kinds, costs, times);
  } finally {
    await vault.stop();
    await postgres.stop();
    await service.simulator.close();
    await system.stop();
  }
}

function kindsOf(service: OpeningService): Kind[] {
  const fields = () => service.fields(`key-${randomUUID()}`);
  const keyed = () => ({ 'idempotency-key': randomUUID() });
  const create = (test: string) => ({
    name: randomUUID(),
    service_type: 'other',
    fields: fields(),
    secret_fields: ['api_key'],
    test,
  });
  const secret = () => ({ api_key: `key-${randomUUID()}` });
  return [
    {
      what: 'create, key and test',
      run: (broker) => broker.send('POST', '/api/credentials', create('required'), keyed()),
    },
    {
      what: 'create, key',
      run: (broker) => broker.send('POST', '/api/credentials', create('skip'), keyed()),
    },
    { what: 'create', run: (broker) => broker.send('POST', '/api/credentials', create('skip')) },
    {
      what: 'rotate, key and test',
      run: (broker, id) =>
        broker.send('POST', `/api/credentials/${id}/rotate`, { fields: secret(), test: 'required' }, keyed()),
    },
    {
      what: 'update',
      run: (broker, id) => broker.send('PATCH', `/api/credentials/${id}`, { fields: secret(), test: 'skip' }),
    },
  ];
}

function brokerAt(system: BenchSystem, origin: string): Broker {
  return {
    async send(method, path, body, headers = {}) {
      const answer = await fetch(`${origin}${path}`, {
        method,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...system.bearer(OWNER, 'engineer'), ...headers },
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
      return JSON.parse(text) as { id: string };
    },
  };
}

/** The kinds in turns, so that a slow moment of the machine meets all of them. */
async function inTurns<T>(
  broker: Broker,
  kinds: readonly Kind[],
  rounds: number,
  one: (kind: Kind, id: string) => Promise<T>,
): Promise<T[][]> {
  const [first] = kinds;
  const { id = '' } = first === undefined ? {} : await first.run(broker, '');
  const all: T[][] = kinds.map(() => []);
  for (let round = -WARM_UP; round < rounds; round += 1)
    for (const [n, kind] of kinds.entries()) {
      const value = await one(kind, id);
      if (round >= 0) all[n]?.push(value);
    }
  return all;
}

function countAll(broker: Broker, kinds: readonly Kind[], cost: () => Cost): Promise<Cost[][]> {
  return inTurns(broker, kinds, COUNTED, async (kind, id) => {
    cost();
    await kind.run(broker, id);
    return cost();
  });
}

function timeAll(broker: Broker, kinds: readonly Kind[]): Promise<number[][]> {
  return inTurns(broker, kinds, TIMED, async (kind, id) => {
    const began = performance.now();
    await kind.run(broker, id);
    return performance.now() - began;
  });
}

const WRITES = /\b(insert into|delete from|update broker\.)/i;

function costOf(statements: readonly CountedStatement[], calls: Parameters<typeof callsInARow>[0]): Cost {
  const alone = statements.filter(({ inTransaction, text }) => !inTransaction && WRITES.test(text));
  return {
    transactions: statements.filter(({ text }) => text === 'begin').length,
    singleWrites: alone.length,
    statements: statements.length,
    vaultCalls: calls.length,
    vaultInARow: callsInARow(calls),
  };
}

function reportOf(kinds: readonly Kind[], costs: Cost[][], times: number[][]): Report {
  const of = (n: number, member: keyof Cost) => median((costs[n] ?? []).map((cost) => cost[member]));
  const commits = (n: number) => of(n, 'transactions') + of(n, 'singleWrites');
  const atMost = (what: string, seen: number, limit: number) =>
    ({ what, seen, rule: 'at most', limit, unit: '' }) as const;
  return {
    name: 'create',
    rows: kinds.map(({ what }, n) => ({
      what,
      transactions: of(n, 'transactions'),
      'single writes': of(n, 'singleWrites'),
      statements: of(n, 'statements'),
      'Vault calls': of(n, 'vaultCalls'),
      'in a row': of(n, 'vaultInARow'),
      'p50 ms': short(median(times[n] ?? [])),
    })),
    bars: [
      atMost('create with key and test: transactions', of(0, 'transactions'), 3),
      atMost('create with key and test: commits, single writes included', commits(0), 6),
      atMost('create with key and test: Vault calls in a row', of(0, 'vaultInARow'), 3),
    ],
    notes: [
      `Counts: medians of ${COUNTED} behind proxies. Times: ${TIMED} of each without them, in turns, one at a time.`,
      'A single write is one statement that commits by itself. The reads of a request count as statements.',
    ],
  };
}
