import type { ListedAuditRow } from '../../../domain/audit/audit.js';
import type { AuditFilter, AuditReads } from '../../../ports/auditTrail.js';
import type { Clock } from '../../../ports/runtime.js';
import { REACHES, reachValues } from '../access/reach.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { type WhereClause, whereClause } from '../core/whereClause.js';
import { AUDIT_COLUMNS_OF_E } from './auditRow.js';

/** `$1` to `$4` are the viewer. Others than admins get the names of what they may see now. */
const SEES = `(($5::boolean) or c.owner = $1 or exists (
  select 1 from broker.grants g where g.credential_id = c.id and ${REACHES}))`;

/** Names are looked up once per page. A channel id may be any text in a forged row. */
const withNames = (page: string): string => `
  select ${AUDIT_COLUMNS_OF_E}, e.seq::text as "exactSeq", c.name as "credentialName", n.name as "channelName" from (${page}) e
  left join broker.credentials c on c.id = case when e.credential_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then e.credential_id::uuid end and ${SEES}
  left join broker.notification_channels n on $5::boolean and e.action like 'channel.%' and n.id::text = e.details ->> 'channel'
  order by e.at desc, e.chain desc, e.seq desc`;

/** The audit as people look through it, newest first. */
export function auditReads(query: Query, clock: Clock): AuditReads {
  return {
    async auditEvents(viewer, filter, page) {
      const where = whereClause([...reachValues(viewer, clock.now()), viewer.role === 'admin']);
      addFilter(where, filter);
      const position = readCursor(page.cursor, ['text', 'number']);
      if (position !== null) {
        const at = where.value(position.at);
        const [chain = null, seq = null] = position.keys;
        where.and(`(at, chain, seq) < (${at}, ${where.value(chain)}, ${where.value(seq)}::bigint)`);
      }
      const limit = where.value(page.limit + 1);
      const rows = await query<ListedAuditRow & { exactSeq: string }>({
        text: withNames(`select * from broker.audit_events ${where.text()}
          order by at desc, chain desc, seq desc limit ${limit}`),
        values: where.values(),
      });
      return pageOf(rows, page, {
        item: ({ exactSeq, ...listed }) => listed,
        position: ({ at, chain, exactSeq }) => ({ at, keys: [chain, exactSeq] }),
      });
    },
  };
}

function addFilter(where: WhereClause, filter: AuditFilter): void {
  const { credentialId, actor, action, actionPrefix, outcome, requestId, from, to } = filter;
  if (credentialId !== undefined) where.and(`credential_id = ${where.value(credentialId)}`);
  if (actor !== undefined) where.and(`actor = ${where.value(actor)}`);
  if (action !== undefined) where.and(`action = ${where.value(action)}`);
  if (actionPrefix !== undefined) where.and(`starts_with(action, ${where.value(actionPrefix)})`);
  if (requestId !== undefined) where.and(`request_id = ${where.value(requestId)}`);
  if (outcome !== undefined) where.and(`outcome = ${where.value(outcome)}`);
  if (from !== undefined) where.and(`at >= ${where.value(from)}`);
  if (to !== undefined) where.and(`at < ${where.value(to)}`);
}
