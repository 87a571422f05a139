import type pg from 'pg';
import { parsePayload, payloadHash } from '../../../domain/audit/checkpoint.js';
import { type Discrepancy, FINDING_KINDS, type FindingKind } from '../../../domain/reconcile/discrepancy.js';
import type { ChangeTx } from '../../../ports/changes.js';
import type {
  FindingFilter,
  Findings,
  ListedFinding,
  RecordedVersion,
  ReportOnly,
} from '../../../ports/findings.js';
import type { PageRequest } from '../../../ports/page.js';
import type { Clock } from '../../../ports/runtime.js';
import { OWNED_OR_MANAGED, reachValues } from '../access/reach.js';
import { pageOf, readCursor } from '../core/cursor.js';
import { translate } from '../core/errors.js';
import { type Query, queryOn, type Row } from '../core/pools.js';
import { toSql, uuidOrNull } from '../core/values.js';
import { type WhereClause, whereClause } from '../core/whereClause.js';

const OPEN = 'select * from broker.vault_findings where resolved_at is null';

/** One statement, so that a write that ends meanwhile shows either its intent or its version. */
const UNRECORDED = `
  select asked.credential_id, asked.version from unnest($1::uuid[], $2::integer[]) asked (credential_id, version)
  where not exists (select 1 from broker.credential_versions v
      where v.credential_id = asked.credential_id and v.version = asked.version)
    and not exists (select 1 from broker.write_intents i
      where i.credential_id = asked.credential_id and i.closed_at is null)
  order by 1, 2`;

const RECORDED = `
  select credential_id, version, created_time, state from broker.credential_versions
  where credential_id = any ($1::uuid[]) order by 1, 2`;

/** Whose findings the caller is told of: what he or a service account that he made owns, and what he manages. */
const MINE = `f.credential_id = any (array(${OWNED_OR_MANAGED}
  union all select o.id from broker.service_accounts s join broker.credentials o on o.owner = 'sa:' || s.id
    where s.created_by = $1))`;

export function postgresFindings(query: Query, leaders: pg.Pool, clock: Clock): Findings {
  return {
    alone: (work) => alone(leaders, work),
    async open() {
      return (await query({ text: `${OPEN} order by found_at, id` })).map(toFinding);
    },
    async openOf(credentialId) {
      const text = `${OPEN} and credential_id = $1 order by found_at, id`;
      return (await query({ text, values: [uuidOrNull(credentialId)] })).map(toFinding);
    },
    list: (filter, page) => list(query, filterOf(filter, clock.now()), page),
    async count() {
      const text = 'select kind, count(*) from broker.vault_findings where resolved_at is null group by kind';
      const counts = new Map((await query({ text })).map((row) => [row['kind'], Number(row['count'])]));
      const all = FINDING_KINDS.map((kind) => [kind, counts.get(kind) ?? 0] as const);
      return Object.fromEntries(all) as Record<FindingKind, number>;
    },
    async unrecorded(versions) {
      if (versions.length === 0) return [];
      const values = [versions.map((one) => one.credentialId), versions.map((one) => one.version)];
      const rows = await query({ text: UNRECORDED, values });
      return rows.map((row) => ({
        credentialId: String(row['credential_id']),
        version: Number(row['version']),
      }));
    },
    async recorded(credentialIds) {
      if (credentialIds.length === 0) return [];
      const rows = await query({ text: RECORDED, values: [credentialIds] });
      return rows.map(
        (row) =>
          ({
            credentialId: row['credential_id'],
            version: row['version'],
            createdTime: row['created_time'],
            state: row['state'],
          }) as RecordedVersion,
      );
    },
    ...ownState(query),
  };
}

function ownState(query: Query): Pick<Findings, 'reportOnly' | 'lastCheckpoint' | 'knowsCheckpoint'> {
  return {
    async reportOnly() {
      const [row] = await query({ text: 'select since, until, reason, marker from broker.report_only' });
      return row === undefined ? null : (row as unknown as ReportOnly);
    },
    async lastCheckpoint() {
      const text = 'select number, payload from broker.audit_checkpoints order by number desc limit 1';
      const [row] = await query({ text });
      if (row === undefined) return null;
      const payload = String(row['payload']);
      const keyed = parsePayload(payload)?.keyed_since !== undefined;
      return { number: Number(row['number']), sha256: payloadHash(payload), keyed };
    },
    async knowsCheckpoint({ number, sha256 }) {
      const text = 'select payload from broker.audit_checkpoints where number = $1';
      const [row] = await query({ text, values: [number] });
      return row !== undefined && payloadHash(String(row['payload'])) === sha256;
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
    const [row] = await query({ text: `select pg_try_advisory_lock(${lock}) as mine` });
    const mine = row?.['mine'] === true;
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
  const rows = await query({
    text: `select f.*, c.name, c.service_type, c.owner from broker.vault_findings f
           left join broker.credentials c on c.id = f.credential_id ${where.text()}
           order by f.found_at desc, f.id desc limit ${limit}`,
    values: where.values(),
  });
  return pageOf(rows, page, {
    item: toListed,
    position: (row) => ({ at: row['found_at'] as Date, keys: [row['id'] as string] }),
  });
}

function filterOf({ reach, kind, resolved }: FindingFilter, now: Date): WhereClause {
  const where = whereClause(reach === undefined ? [] : reachValues(reach, now));
  if (reach !== undefined) where.and(MINE);
  if (kind !== undefined) where.and(`f.kind = ${where.value(kind)}`);
  if (!resolved) where.and('f.resolved_at is null');
  return where;
}

type FindingWrites = Pick<ChangeTx, 'openFinding' | 'resolveFinding' | 'noteFinding' | 'setReportOnly'>;

export function findingWrites(query: Query): FindingWrites {
  return {
    async openFinding(found) {
      const { id, kind, credentialId, path, version, facts, foundAt, resolvedAt, resolution } = found;
      const rows = await query({
        text: `insert into broker.vault_findings
                 (id, kind, credential_id, path, version, facts, found_at, resolved_at, resolution)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
        values: [id, kind, credentialId, path, version, toSql(facts), foundAt, resolvedAt, resolution],
      });
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

function toFinding(row: Row): Discrepancy {
  return {
    id: row['id'],
    kind: row['kind'],
    credentialId: row['credential_id'],
    path: row['path'],
    version: row['version'],
    facts: row['facts'],
    foundAt: row['found_at'],
    resolvedAt: row['resolved_at'],
    resolution: row['resolution'],
  } as Discrepancy;
}

function toListed(row: Row): ListedFinding {
  const { name, service_type: serviceType, owner } = row;
  const credential = name === null ? null : { name, serviceType, owner };
  return { finding: toFinding(row), credential } as ListedFinding;
}
