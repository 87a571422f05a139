import type { AuditArchive } from '../../../ports/auditTrail.js';
import type { Query } from '../core/pools.js';
import { toAuditRow } from './auditRow.js';
import { COLUMNS, EXACT_AT, toStored } from './checkpointRows.js';

/** With those before it that say what was dropped: without them a cut by age looks like any other. */
const CHECKPOINTS = `
  select ${COLUMNS} from broker.audit_checkpoints
  where number > $1::bigint and ($2::timestamptz is null or payload like '%"dropped":%'
    or number >= (select coalesce(max(number), 0) from broker.audit_checkpoints where at <= $2))
  order by number limit $3`;

const ROWS = `
  select *, ${EXACT_AT} as exact_at from broker.audit_events
  where (chain, seq, at) > ($1, $2::bigint, $3::timestamptz) order by chain, seq, at limit $4`;

/** The audit as it is stored, page by page, for who verifies it elsewhere. */
export function auditArchive(query: Query): AuditArchive {
  return {
    async checkpoints({ after, since, limit }) {
      const rows = await query({ text: CHECKPOINTS, values: [after, since ?? null, limit] });
      return rows.map(toStored);
    },
    async rows({ chain, seq, at = 'infinity', limit }) {
      const rows = await query({ text: ROWS, values: [chain, seq, at, limit] });
      return rows.map((row) => ({ row: toAuditRow(row), exactAt: String(row['exact_at']) }));
    },
  };
}
