import type { AuditRow } from '../../../domain/audit/audit.js';
import type { UsageRow } from '../../../ports/credentials.js';
import { type Columns, select } from '../core/columns.js';
import type { SqlValue, Statement } from '../core/pools.js';

/** The columns of `broker.audit_events`. */
const AUDIT: Columns<AuditRow> = {
  chain: 'chain',
  seq: 'seq',
  at: 'at',
  action: 'action',
  outcome: 'outcome',
  actor: 'actor',
  actorKind: 'actor_kind',
  requestId: 'request_id',
  ip: 'ip',
  credentialId: 'credential_id',
  version: 'version',
  code: 'code',
  usedBy: 'used_by',
  purpose: 'purpose',
  breakGlass: 'break_glass',
  breakGlassReason: 'break_glass_reason',
  details: 'details',
  prevHash: 'prev_hash',
  hash: 'hash',
  mac: 'mac',
};

/** All columns of `broker.audit_events`, for a select. */
export const AUDIT_COLUMNS = select(AUDIT);
export const AUDIT_COLUMNS_OF_E = select(AUDIT, 'e');

/** A row with its time to the microsecond; null where it is none. */
export interface ExactRow extends AuditRow {
  exactAt: string | null;
}

const INSERT_AUDIT = `
  insert into broker.audit_events (chain, seq, at, action, outcome, actor, actor_kind, request_id, ip, credential_id,
    version, code, used_by, purpose, break_glass, break_glass_reason, details, prev_hash, hash, mac)
  select a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q::jsonb, r, s, t
  from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::integer[], $12::text[], $13::text[], $14::text[], $15::boolean[], $16::text[],
    $17::text[], $18::text[], $19::text[], $20::text[])
    as rows (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)`;

const INSERT_USAGE = `
  insert into broker.credential_usage (credential_id, used_by, used_at, success, error_code, purpose, caller,
    reported)
  select * from unnest($21::uuid[], $22::text[], $23::timestamptz[], $24::boolean[], $25::text[], $26::text[], $27::text[],
    $28::boolean[])`;

/** One statement, so that audit and usage rows are stored together or not at all, in one round trip. */
export function insertAudit(rows: readonly AuditRow[], usage: readonly UsageRow[] = []): Statement {
  if (usage.length === 0) return { name: 'audit', text: INSERT_AUDIT, values: auditColumns(rows) };
  return {
    name: 'audit-usage',
    text: `with events as (${INSERT_AUDIT}) ${INSERT_USAGE}`,
    values: [...auditColumns(rows), ...usageColumns(usage)],
  };
}

function auditColumns(rows: readonly AuditRow[]): SqlValue[] {
  return [
    rows.map((row) => row.chain),
    rows.map((row) => row.seq),
    rows.map((row) => row.at),
    rows.map((row) => row.action),
    rows.map((row) => row.outcome),
    rows.map((row) => row.actor),
    rows.map((row) => row.actorKind),
    rows.map((row) => row.requestId),
    rows.map((row) => row.ip),
    rows.map((row) => row.credentialId),
    rows.map((row) => row.version),
    rows.map((row) => row.code),
    rows.map((row) => row.usedBy),
    rows.map((row) => row.purpose),
    rows.map((row) => row.breakGlass),
    rows.map((row) => row.breakGlassReason),
    rows.map((row) => JSON.stringify(row.details)),
    rows.map((row) => row.prevHash),
    rows.map((row) => row.hash),
    rows.map((row) => row.mac),
  ];
}

function usageColumns(usage: readonly UsageRow[]): SqlValue[] {
  return [
    usage.map((row) => row.credentialId),
    usage.map((row) => row.usedBy),
    usage.map((row) => row.usedAt),
    usage.map((row) => row.success),
    usage.map((row) => row.errorCode),
    usage.map((row) => row.purpose),
    usage.map((row) => row.caller),
    usage.map((row) => row.reported),
  ];
}
