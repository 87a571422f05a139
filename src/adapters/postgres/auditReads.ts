import type { AuditFilter, Records } from '../../ports/records.js';
import { toAuditRow } from './auditRow.js';
import { pageOf, readCursor } from './cursor.js';
import type { Query } from './pools.js';
import { type WhereClause, whereClause } from './whereClause.js';

/** The audit as people look through it, newest first. */
export function auditReads(query: Query): Pick<Records, 'auditEvents'> {
  return {
    async auditEvents(filter, page) {
      const where = whereClause();
      addFilter(where, filter);
      const position = readCursor(page.cursor, ['text', 'number']);
      if (position !== null) {
        const at = where.value(position.at);
        const [chain = null, seq = null] = position.keys;
        where.and(`(at, chain, seq) < (${at}, ${where.value(chain)}, ${where.value(seq)}::bigint)`);
      }
      const limit = where.value(page.limit + 1);
      const rows = await query({
        text: `select * from broker.audit_events ${where.text()}
               order by at desc, chain desc, seq desc limit ${limit}`,
        values: where.values(),
      });
      return pageOf(rows, page, {
        item: toAuditRow,
        position: (row) => ({ at: row['at'] as Date, keys: [row['chain'] as string, String(row['seq'])] }),
      });
    },
  };
}

function addFilter(where: WhereClause, filter: AuditFilter): void {
  const { credentialId, actor, action, outcome, from, to } = filter;
  if (credentialId !== undefined) where.and(`credential_id = ${where.value(credentialId)}`);
  if (actor !== undefined) where.and(`actor = ${where.value(actor)}`);
  if (action !== undefined) where.and(`action = ${where.value(action)}`);
  if (outcome !== undefined) where.and(`outcome = ${where.value(outcome)}`);
  if (from !== undefined) where.and(`at >= ${where.value(from)}`);
  if (to !== undefined) where.and(`at < ${where.value(to)}`);
}
