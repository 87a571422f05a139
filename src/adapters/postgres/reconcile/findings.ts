import type pg from 'pg';
import { parsePayload, payloadHash } from '../../../domain/audit/checkpoint.js';
import { type Discrepancy, FINDING_KINDS, type FindingKind } from '../../../domain/reconcile/discrepancy.js';
import type {
  FindingFilter,
  Findings,
  FindingWrites,
  ListedFinding,
  RecordedVersion,
  ReportOnly,
} from '../../../ports/findings.js';
import type { PageRequest } from '../../../ports/page.js';
import type { Clock } from '../../../ports/runtime.js';
import { OWNED_OR_MANAGED, reachValues } from '../access/reach.js';
import { type Columns, given, select } from '../core/columns.js';
import { pageOf, readCursor } from '../core/cursor.js';
import { translate } from '../core/errors.js';
import { type Query, queryOn } from '../core/pools.js';
import { toSql, uuidOrNull } from '../core/values.js';
import { type WhereClause, whereClause } from '../core/whereClause.js';

/** The columns of `broker.vault_findings`. */
const FINDING: Columns<Discrepancy> = {
  id: 'id',
  kind: 'kind',
  credentialId: 'credential_id',
  path: 'path',
  version: 'version',
  facts: 'facts',
  foundAt: 'found_at',
  resolvedAt: 'resolved_at',
  resolution: 'resolution',
};

const OPEN = `select ${select(FINDING)} from broker.vault_findings where resolved_at is null`;

/** One statement, so that a write that ends meanwhile shows either its intent or its version. */
const UNRECORDED = `
  select asked.credential_id as "credentialId", asked.version from unnest($1::uuid[], $2::integer[]) asked (credential_id, version)
  where not exists (select 1 from broker.credential_versions v
      where v.credential_id = asked.credential_id and v.version = asked.version)
    and not exists (select 1 from broker.write_intents i
      where i.credential_id = asked.credential_id and i.closed_at is null)
  order by 1, 2`;

const RECORDED = `
  select credential_id as "credentialId", version, created_time as "createdTime", state
  from broker.credential_versions
  where credential_id = any ($1::uuid[]) order by 1, 2`;

/** Findings that the caller sees: of what they or their service accounts own, and of what they manage. */
const MINE = `f.credential_id = any (array(${OWNED_OR_MANAGED}
  union all select o.id from broker.service_accounts s join broker.credentials o on o.owner = 'sa:' || s.id
    where s.created_by = $1))`;

export function postgresFindings(query: Query, leaders: pg.Pool, clock: Clock): Findings {
  return {
    alone: (work) => alone(leaders, work),
    async open() {
      return await query<Discrepancy>({ text: `${OPEN} order by found_at, id` });
    },
    async openOf(credentialId) {
      const text = `${OPEN} and credential_id = $1 order by found_at, id`;
      return await query<Discrepancy>({ text, values: [uuidOrNull(credentialId)] });
    },
    list: (filter, page) => list(query, filterOf(filter, clock.now()), page),
    async count() {
      const text = 'select kind, count(*) from broker.vault_findings where resolved_at is null group by kind';
      const rows = await query<{ kind: FindingKind; count: number }>({ text });
      const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
      const all = FINDING_KINDS.map((kind) => [kind, counts.get(kind) ?? 0] as const);
      return Object.fromEntries(all) as Record<FindingKind, number>;
    },
    async unrecorded(versions) {
      if (versions.length === 0) return [];
      const values = [versions.map((one) => one.credentialId), versions.map((one) => one.version)];
      return await query<Pick<RecordedVersion, 'credentialId' | 'version'>>({ text: UNRECORDED, values });
    },
    async recorded(credentialIds) {
      if (credentialIds.length === 0) return [];
      return await query<RecordedVersion>({ text: RECORDED, values: [credentialIds] });
    },
    ...ownState(query),
  };
}

function ownState(query: Query): Pick<Findings, 'reportOnly' | 'lastCheckpoint' | 'knowsCheckpoint'> {
  return {
    async reportOnly() {
      const text = 'select since, until, reason, marker from broker.report_only';
      return (await query<ReportOnly>({ text }))[0] ?? null;
    },
    async lastCheckpoint() {
      const text = 'select number, payload from broker.audit_checkpoints order by number desc limit 1';
      const [row] = await query<{ number: number; payload: string }>({ text });
      if (row === undefined) return null;
      const { number, payload } = row;
      const keyed = parsePayload(payload)?.keyed_since !== undefined;
      return { number, sha256: payloadHash(payload), keyed };
    },
    async knowsCheckpoint({ number, sha256 }) {
      const text = 'select payload from broker.audit_checkpoints where number = $1';
      const [row] = await query<{ payload: string }>({ text, values: [number] });
      return row !== undefined && payloadHash(row.payload) === sha256;
    },
  };
}

/** The lock belongs to its connection: should that break, another process may begin, which every step bears. */
async function alone<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T | null> {
  const client = await pool.connect().catch((error: unknown) => {
    throw translate(error);
  });
  let broken = true;
  try {
    const query = queryOn(client);
    const lock = `hashtext('broker.reconcile')`;
    const [row] = await query<{ mine: boolean }>({ text: `select pg_try_advisory_lock(${lock}) as mine` });
    const mine = row?.mine === true;
    const result = mine ? await work() : null;
    if (mine) await query({ text: `select pg_advisory_unlock(${lock})` });
    broken = false;
    return result;
  } finally {
    // With the connection its lock ends.
    client.release(broken);
  }
}

async function list(query: Query, where: WhereClause, page: PageRequest) {
  const position = readCursor(page.cursor, ['uuid']);
  if (position !== null) {
    const at = where.value(position.at);
    where.and(`(f.found_at, f.id) < (${at}, ${where.value(uuidOrNull(position.keys[0] ?? ''))}::uuid)`);
  }
  const limit = where.value(page.limit + 1);
  const rows = await query<Discrepancy & Pick<ListedFinding, 'credential'>>({
    text: `select ${select(FINDING, 'f')}, case when c.id is not null then jsonb_build_object(
             'name', c.name, 'serviceType', c.service_type, 'owner', c.owner) end as credential
           from broker.vault_findings f
           left join broker.credentials c on c.id = f.credential_id ${where.text()}
           order by f.found_at desc, f.id desc limit ${limit}`,
    values: where.values(),
  });
  return pageOf(rows, page, {
    item: ({ credential, ...finding }) => ({ finding, credential }),
    position: ({ foundAt, id }) => ({ at: foundAt, keys: [id] }),
  });
}

function filterOf({ reach, kind, resolved }: FindingFilter, now: Date): WhereClause {
  const where = whereClause(reach === undefined ? [] : reachValues(reach, now));
  if (reach !== undefined) where.and(MINE);
  if (kind !== undefined) where.and(`f.kind = ${where.value(kind)}`);
  if (!resolved) where.and('f.resolved_at is null');
  return where;
}

export function findingWrites(query: Query): FindingWrites {
  return {
    async openFinding(found) {
      const { columns, values } = given(FINDING, found);
      const places = values.map((_, index) => `$${index + 1}`).join(', ');
      const text = `insert into broker.vault_findings (${columns.join(', ')}) values (${places})
                    on conflict do nothing returning id`;
      const rows = await query({ text, values });
      return rows.length > 0;
    },
    async resolveFinding(id, resolution, at) {
      const text = `update broker.vault_findings set resolved_at = $3, resolution = $2
                    where id = $1 and resolved_at is null`;
      await query({ text, values: [id, resolution, at] });
    },
    async noteFinding(id, facts) {
      const text = 'update broker.vault_findings set facts = facts || $2::jsonb where id = $1';
      await query({ text, values: [id, toSql(facts)] });
    },
    async setReportOnly({ since, until, reason, marker }) {
      const text = `insert into broker.report_only (since, until, reason, marker) values ($1, $2, $3, $4)
        on conflict (the_one) do update set since = excluded.since, until = excluded.until,
          reason = excluded.reason, marker = excluded.marker`;
      await query({ text, values: [since, until, reason, marker] });
    },
  };
}
