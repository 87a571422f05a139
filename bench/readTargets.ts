import { readFileSync } from 'node:fs';
import pg from 'pg';
import { MOUNTS } from '../local/provision.js';
import type { Load, Target } from './load.js';
import { percentile } from './numbers.js';
import { type BenchSystem, callJson } from './system.js';

const CREDENTIALS = 200;
const OWNER = 7;

/** What the benches of single reads send: the same 200 credentials through a broker and straight from Vault. */
export interface ReadTargets {
  direct: Target;
  /** The reads through the broker at that address. */
  through(origin: string): Target;
}

/** Stores the credentials. */
export async function readTargets(system: BenchSystem): Promise<ReadTargets> {
  const headers = () => system.bearer(OWNER, 'engineer');
  const ids = await storeCredentials(system, headers());
  const paths = ids.map((id) => `/api/credentials/${id}/secret`);
  return { direct: await directTarget(system), through: (origin) => ({ origin, headers, paths }) };
}

async function storeCredentials({ broker }: BenchSystem, headers: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < CREDENTIALS; i += 1) {
    const fields = {
      host: `pve${i}.lab.example`,
      token_name: 'glassdome',
      token_value: `value-of-token-${i}`,
    };
    const body = { name: `Proxmox ${i}`, service_type: 'proxmox', fields };
    ids.push((await callJson<{ id: string }>(`${broker}/api/credentials`, headers, body)).id);
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

const AUDITED = `select count(*) as n from broker.audit_events where action = 'credential.read' and outcome = 'allowed'`;

/** Counts the audit rows of reads that gave a value. */
export async function auditCounter({ postgres }: BenchSystem): Promise<{
  rows(): Promise<number>;
  end(): Promise<void>;
}> {
  const client = new pg.Client({ connectionString: postgres.ownerUrl });
  await client.connect();
  return { rows: async () => Number((await client.query(AUDITED)).rows[0]?.n), end: () => client.end() };
}

/** Milliseconds below which a share of the answers came. */
export const p = (load: Load, share: number) => percentile(load.latencies, share);
/** Answers a second. */
export const rate = (load: Load) => load.answered / load.seconds;
