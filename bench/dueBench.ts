import pg from 'pg';
import { type OpeningService, startOpeningService } from '../test/support/services/openingService.js';
import { type Load, runLoad, type Target } from './load.js';
import { percentile, short } from './numbers.js';
import type { Report } from './report.js';
import { type BenchSystem, callJson, startSystem } from './system.js';

const CREDENTIALS = 10_000;
const HOSTS = 100;
const WORKERS = 3;
const STORED_AT_ONCE = 8;
/** What the API is asked meanwhile, and how hard. */
const READ = 200;
const READERS = 2;
const WARM_UP_SECONDS = 5;
const IDLE_SECONDS = 30;
const LOOK_SECONDS = 10;
const LONGEST_SECONDS = 1_200;
const OWNER = 7;

/** Reads of secrets while everything is tested at once, beside the same reads while nothing is. */
export async function dueBench(): Promise<Report> {
  const system = await startSystem();
  const services: OpeningService[] = [];
  const owner = new pg.Client({ connectionString: system.postgres.ownerUrl });
  try {
    await owner.connect();
    for (let n = 0; n < HOSTS; n += 1) services.push(await startOpeningService(`127.0.2.${n + 1}`, 20));
    const ids = await storeAll(system, services);
    await owner.query(`update broker.credentials set next_test_at = now() + interval '1 day'`);
    await system.startWorkers(WORKERS);
    const target: Target = {
      origin: system.broker,
      headers: () => system.bearer(OWNER, 'engineer'),
      paths: ids.slice(0, READ).map((id) => `/api/credentials/${id}/secret`),
    };
    await runLoad(target, READERS, WARM_UP_SECONDS);
    const idle = await runLoad(target, READERS, IDLE_SECONDS);
    await owner.query('update broker.credentials set next_test_at = now()');
    await owner.query(
      `select graphile_worker.add_job('test_due', queue_name := 'test_due', job_key := 'test_due')`,
    );
    const busy = await loadUntilTested(owner, target);
    const { rows } = await owner.query(
      'select count(*)::integer as n from broker.test_runs group by credential_id',
    );
    const codes = await owner.query(
      'select code, count(*)::integer as n from broker.test_runs group by code',
    );
    const said = codes.rows.map(({ code, n }) => `${n} ${code}`).join(', ');
    return reportOf({ idle, busy, services, once: rows.filter(({ n }) => n === 1).length, said });
  } finally {
    await owner.end();
    for (const { simulator } of services) await simulator.close();
    await system.stop();
  }
}

async function storeAll(system: BenchSystem, services: readonly OpeningService[]): Promise<string[]> {
  const headers = system.bearer(OWNER, 'engineer');
  const ids: string[] = [];
  let next = 0;
  const storing = async (): Promise<void> => {
    for (let n = next++; n < CREDENTIALS; n = next++) {
      const fields = services[n % services.length]?.fields(`key-of-credential-${n}`);
      const body = { name: `Due ${n}`, service_type: 'other', fields, secret_fields: ['api_key'] };
      ids.push((await callJson<{ id: string }>(`${system.broker}/api/credentials`, headers, body)).id);
    }
  };
  await Promise.all(Array.from({ length: STORED_AT_ONCE }, storing));
  return ids;
}

/** Loads until the last test is kept: only what lies between counts. */
async function loadUntilTested(owner: pg.Client, target: Target): Promise<Load> {
  const all: Load = { answered: 0, refused: 0, seconds: 0, latencies: [] };
  for (;;) {
    const { rows } = await owner.query(
      'select count(distinct credential_id)::integer as n from broker.test_runs',
    );
    if (rows[0].n >= CREDENTIALS || all.seconds > LONGEST_SECONDS) break;
    const load = await runLoad(target, READERS, LOOK_SECONDS);
    all.answered += load.answered;
    all.refused += load.refused;
    all.seconds += load.seconds;
    all.latencies = all.latencies.concat(load.latencies);
  }
  all.latencies.sort((a, b) => a - b);
  return all;
}

function reportOf(seen: {
  idle: Load;
  busy: Load;
  services: OpeningService[];
  once: number;
  said: string;
}): Report {
  const { idle, busy, services, once, said } = seen;
  const row = (what: string, { latencies, answered, seconds }: Load) => ({
    reads: what,
    'p50 ms': short(percentile(latencies, 0.5)),
    'p99 ms': short(percentile(latencies, 0.99)),
    'reads/s': short(answered / seconds),
    seconds: short(seconds),
  });
  const logins = services.flatMap((service) => [...service.logins.values()]);
  const atMost = (what: string, value: number, limit: number, unit = '') =>
    ({ what, seen: value, rule: 'at most', limit, unit }) as const;
  const atLeast = (what: string, value: number, limit: number) =>
    ({ what, seen: value, rule: 'at least', limit, unit: '' }) as const;
  return {
    name: 'due',
    rows: [row('while nothing is due', idle), row(`while ${CREDENTIALS} are tested`, busy)],
    bars: [
      atMost(
        'p99 of a read, times idle',
        percentile(busy.latencies, 0.99) / percentile(idle.latencies, 0.99),
        2,
        '×',
      ),
      atLeast('credentials tested exactly once', once, CREDENTIALS),
      atMost(
        'logins at the services',
        logins.reduce((sum, n) => sum + n, 0),
        CREDENTIALS,
      ),
      atMost('at once at a host', Math.max(...services.map(({ simulator }) => simulator.mostAtOnce)), 2),
      atMost('reads refused', idle.refused + busy.refused, 0),
    ],
    notes: [
      `${WORKERS} workers, ${HOSTS} hosts: ${short(CREDENTIALS / busy.seconds)} tests a second; ${said}`,
    ],
  };
}
