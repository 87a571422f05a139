import type { AuditArchive, NumberedCheckpoint } from '../../../ports/auditTrail.js';
import type { Query } from '../core/pools.js';
import { AUDIT_COLUMNS, type ExactRow } from './auditRow.js';
import { COLUMNS, EXACT_AT } from './checkpointRows.js';

/** With those before it that say what was dropped: without them a cut by age looks like any other. */
const CHECKPOINTS = `
  select ${COLUMNS} from broker.audit_checkpoints
  where number > $1::bigint and ($2::timestamptz is null or payload like '%"dropped":%'
    or number >= (select coalesce(max(number), 0) from broker.audit_checkpoints where at <= $2))
  order by number limit $3`;

const ROWS = `
  select ${AUDIT_COLUMNS}, ${EXACT_AT} as "exactAt" from broker.audit_events
  where (chain, seq, at) > ($1, $2::bigint, $3::timestamptz) order by chain, seq, at limit $4`;

/** The audit as it is stored, page by page, for who verifies it elsewhere. */
export function auditArchive(query: Query): AuditArchive {
  return {
    async checkpoints({ after, since, limit }) {
      return await query<NumberedCheckpoint>({ text: CHECKPOINTS, values: [after, since ?? null, limit] });
    },
    async rows({ chain, seq, at = 'infinity', limit }) {
      const rows = await query<ExactRow>({ text: ROWS, values: [chain, seq, at, limit] });
      return rows.map(({ exactAt, ...row }) => ({ row, exactAt: String(exactAt) }));
    },
  };
}
