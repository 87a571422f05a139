import { readFileSync } from 'node:fs';
import pg from 'pg';
import { MOUNTS } from '../local/provision.js';
import { type Load, runLoad, type Target } from './load.js';
import { median, percentile, short } from './numbers.js';
import type { Report } from './report.js';
import { type BenchSystem, callJson, startSystem } from './system.js';

const CREDENTIALS = 200;
const ROUNDS = 6;
const SECONDS = 4;
const WARM_UP_SECONDS = 3;
const OWNER = 7;

interface Pair {
  direct: Load;
  broker: Load;
}

/** One audited read through the broker beside the same read straight from Vault, in turns. */
export async function readBench(): Promise<Report> {
  const system = await startSystem();
  try {
    const ids = await storeCredentials(system);
    const direct = await directTarget(system);
    const broker: Target = {
      origin: system.broker,
      headers: () => system.bearer(OWNER, 'engineer'),
      paths: ids.map((id) => `/api/credentials/${id}/secret`),
    };
    const counter = new pg.Client({ connectionString: system.postgres.ownerUrl });
    await counter.connect();
    const auditedReads = async () => Number((await counter.query(AUDITED)).rows[0]?.n);
    const memory: number[] = [];
    const atOne: Pair[] = [];
    const at32: Pair[] = [];
    await runLoad(direct, 32, WARM_UP_SECONDS);
    await runLoad(broker, 32, WARM_UP_SECONDS);
    let answered = 0;
    const before = await auditedReads();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [pairs, concurrency] of [[atOne, 1] as const, [at32, 32] as const]) {
        const pair = {
          direct: await runLoad(direct, concurrency, SECONDS),
          broker: await runLoad(broker, concurrency, SECONDS),
        };
        answered += pair.broker.answered - pair.broker.refused;
        pairs.push(pair);
      }
      memory.push(await system.residentMiB());
    }
    const audited = (await auditedReads()) - before;
    await counter.end();
    return reportOf({ atOne, at32, memory, answered, audited });
  } finally {
    await system.stop();
  }
}

const AUDITED = `select count(*) as n from broker.audit_events where action = 'credential.read' and outcome = 'allowed'`;

async function storeCredentials(system: BenchSystem): Promise<string[]> {
  const headers = system.bearer(OWNER, 'engineer');
  const ids: string[] = [];
  for (let i = 0; i < CREDENTIALS; i += 1) {
    const fields = {
      host: `pve${i}.lab.example`,
      token_name: 'glassdome',
      token_value: `value-of-token-${i}`,
    };
    const body = { name: `Proxmox ${i}`, service_type: 'proxmox', fields };
    ids.push((await callJson<{ id: string }>(`${system.broker}/api/credentials`, headers, body)).id);
  }
  return ids;
}

/** The same credentials by their paths in Vault, read with the rights that the broker has. */
async function directTarget({ vault, apiLogin }: BenchSystem): Promise<Target> {
  const secretId = readFileSync(apiLogin.secretIdFile, 'utf8');
  const login = await callJson<{ auth: { client_token: string } }>(
    `${vault.address}/v1/auth/approle/login`,
    {},
    {
      role_id: apiLogin.roleId,
      secret_id: secretId,
    },
  );
  const root = { 'x-vault-token': vault.keys.rootToken ?? '' };
  const listUrl = `${vault.address}/v1/${MOUNTS.kvMount}/metadata/proxmox?list=true`;
  const { data } = await callJson<{ data: { keys: string[] } }>(listUrl, root);
  return {
    origin: vault.address,
    headers: () => ({ 'X-Vault-Token': login.auth.client_token }),
    paths: data.keys.map((key) => `/v1/${MOUNTS.kvMount}/data/proxmox/${key}?version=1`),
  };
}

interface Measured {
  atOne: Pair[];
  at32: Pair[];
  memory: number[];
  answered: number;
  audited: number;
}

function reportOf({ atOne, at32, memory, answered, audited }: Measured): Report {
  const added = median(atOne.map(({ direct, broker }) => p(broker, 0.5) - p(direct, 0.5)));
  const share = median(at32.map(({ direct, broker }) => (100 * rate(broker)) / rate(direct)));
  const half = Math.floor(memory.length / 2);
  const growth = 100 * (median(memory.slice(half)) / median(memory.slice(0, half)) - 1);
  const refused = [...atOne, ...at32].reduce(
    (sum, { direct, broker }) => sum + direct.refused + broker.refused,
    0,
  );
  return {
    name: 'read',
    rows: [...rowsOf('c=1', atOne), ...rowsOf('c=32', at32)],
    bars: [
      { what: 'added p50 at c=1', seen: added, rule: 'at most', limit: 2, unit: ' ms' },
      {
        what: 'throughput at c=32 beside direct Vault',
        seen: share,
        rule: 'at least',
        limit: 25,
        unit: ' %',
      },
      {
        what: 'audit rows for each answered read',
        seen: audited / answered,
        rule: 'at least',
        limit: 1,
        unit: '',
      },
      { what: 'answers that were not 200', seen: refused, rule: 'at most', limit: 0, unit: '' },
      {
        what: "growth of the broker's memory, second half of the run beside the first",
        seen: growth,
        rule: 'at most',
        limit: 25,
        unit: ' %',
      },
    ],
    notes: [
      `${answered} reads answered, ${audited} audited; resident MiB after each round: ${memory.map((m) => m.toFixed(0)).join(' ')}`,
      `Medians of ${ROUNDS} rounds of ${SECONDS} s, direct and through the broker in turns. Load generator, broker, Postgres (fsync on) and Vault (raft) share the cores.`,
    ],
  };
}

const p = (load: Load, share: number) => percentile(load.latencies, share);
const rate = (load: Load) => load.answered / load.seconds;

function rowsOf(label: string, pairs: Pair[]): Record<string, string>[] {
  const row = (who: 'direct' | 'broker') => {
    const loads = pairs.map((pair) => pair[who]);
    const rates = loads.map(rate);
    return {
      run: `${label} ${who === 'direct' ? 'Vault, direct' : 'broker'}`,
      'p50 ms': short(median(loads.map((load) => p(load, 0.5)))),
      'p99 ms': short(median(loads.map((load) => p(load, 0.99)))),
      'reads/s': short(median(rates)),
      range: `${short(Math.min(...rates))}–${short(Math.max(...rates))}`,
    };
  };
  const ratio = (of: (load: Load) => number) =>
    `${short(median(pairs.map(({ direct, broker }) => of(broker) / of(direct))))}×`;
  const ratios = {
    run: `${label} ratio`,
    'p50 ms': ratio((load) => p(load, 0.5)),
    'p99 ms': ratio((load) => p(load, 0.99)),
    'reads/s': ratio(rate),
    range: '',
  };
  return [row('direct'), row('broker'), ratios];
}
