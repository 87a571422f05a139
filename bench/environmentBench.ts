import { join } from 'node:path';
import { packageRoot } from '../local/files/paths.js';
import { madeUpValue, SETTINGS_SECRET_KEYS } from '../test/support/cases/glassdomeSecretKeys.js';
import { median, percentile, short } from './numbers.js';
import { pythonWithHvac, runPython } from './python.js';
import type { Report } from './report.js';
import { type BenchSystem, callJson, startSystem } from './system.js';

const MOUNT = 'glassdome';
const ROUNDS = 6;
const SECONDS = 3;
const WARM_UP_SECONDS = 4;
const OWNER = 1;

/** Milliseconds of each repetition. */
interface Round {
  one_by_one: number[];
  one_call: number[];
  /** The same to a broker that answers versions from memory for two seconds. */
  one_call_kept: number[];
}

/** `GET /api/environment` beside the reads that Glassdome's settings make, both from one Python process in turns. */
export async function environmentBench(): Promise<Report> {
  const found = pythonWithHvac((line) => process.stderr.write(`${line}\n`));
  if ('missing' in found)
    return { name: 'environment', rows: [], bars: [], notes: [`Not run: ${found.missing}.`] };
  const system = await startSystem();
  try {
    const token = await storeFlat(system);
    await importAll(system, token);
    const rounds = runPython<Round[]>(found.python, join(packageRoot(), 'bench', 'settings_reads.py'), {
      vault: system.vault.address,
      vault_token: token,
      mount: MOUNT,
      keys: SETTINGS_SECRET_KEYS,
      broker: system.broker,
      keeping_broker: await system.anotherBroker({ VALUE_CACHE_SECONDS: '2' }),
      ...system.bearer(OWNER, 'admin'),
      rounds: ROUNDS,
      seconds: SECONDS,
      warm_up_seconds: WARM_UP_SECONDS,
    });
    return reportOf(rounds);
  } finally {
    await system.stop();
  }
}

/** Glassdome's own layout, and a token that may read it and nothing else. */
async function storeFlat({ vault }: BenchSystem): Promise<string> {
  const root = { 'x-vault-token': vault.keys.rootToken ?? '' };
  const put = <T>(path: string, body: object) => callJson<T>(`${vault.address}/v1/${path}`, root, body);
  await put(`sys/mounts/${MOUNT}`, { type: 'kv', options: { version: '2' } });
  for (const key of SETTINGS_SECRET_KEYS) {
    await put(`${MOUNT}/data/${key}`, { data: { value: madeUpValue(key) } });
  }
  const policy = `path "${MOUNT}/*" { capabilities = ["read", "list"] }`;
  await put('sys/policies/acl/glassdome', { policy });
  const made = await put<{ auth: { client_token: string } }>('auth/token/create', {
    policies: ['glassdome'],
  });
  return made.auth.client_token;
}

/** Takes them over as the broker does it, and adds those that it leaves to Glassdome, so that both answer all 46. */
async function importAll(system: BenchSystem, token: string): Promise<void> {
  const headers = system.bearer(OWNER, 'admin');
  const at = (path: string) => `${system.broker}${path}`;
  await callJson(at('/api/imports/vault'), headers, { vault_token: token, mount: MOUNT, dry_run: false });
  const { variables } = await callJson<{ variables: Record<string, string> }>(
    at('/api/environment'),
    headers,
  );
  const there = new Set(Object.values(variables));
  const left = SETTINGS_SECRET_KEYS.filter((key) => !there.has(madeUpValue(key)));
  await callJson(at('/api/credentials'), headers, {
    name: 'What the import leaves',
    service_type: 'other',
    fields: Object.fromEntries(left.map((key) => [key, madeUpValue(key)])),
    env_names: Object.fromEntries(left.map((key) => [`REST_${key.toUpperCase()}`, key])),
  });
}

function reportOf(rounds: Round[]): Report {
  const at = (share: number, of: (round: Round) => number[]) =>
    rounds.map((round) =>
      percentile(
        [...of(round)].sort((a, b) => a - b),
        share,
      ),
    );
  const reads = (round: Round) => round.one_by_one;
  const ratio = (share: number, of: (round: Round) => number[]) => {
    const calls = at(share, of);
    return median(at(share, reads).map((ms, i) => ms / (calls[i] ?? Number.NaN)));
  };
  const row = (run: string, of: (round: Round) => number[]) => ({
    run,
    'p50 ms': short(median(at(0.5, of))),
    'p99 ms': short(median(at(0.99, of))),
    'p50 ratio': `${short(ratio(0.5, of))}×`,
  });
  const kept = (round: Round) => round.one_call_kept;
  return {
    name: 'environment',
    rows: [
      row(`${SETTINGS_SECRET_KEYS.length} reads by hvac, direct`, reads),
      row('1 call, Vault asked for each value', (round) => round.one_call),
      row('1 call, VALUE_CACHE_SECONDS=2', kept),
    ],
    bars: [
      {
        what: 'the one call is faster (VALUE_CACHE_SECONDS=2)',
        seen: ratio(0.5, kept),
        rule: 'at least',
        limit: 10,
        unit: '×',
      },
    ],
    notes: [
      `Medians of ${ROUNDS} rounds of ${SECONDS} s in turns, from one Python process, over kept connections, without logins.`,
      'Each call asks Postgres for the rights and writes its audit rows, with and without values from memory.',
    ],
  };
}
