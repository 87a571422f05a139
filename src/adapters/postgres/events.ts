import { notFound } from '../../domain/errors.js';
import type { ChangeEvent, Records } from '../../ports/records.js';
import type { Clock } from '../../ports/runtime.js';
import type { Query, Row } from './pools.js';
import { CALLER_ACTIVE, callerValues, REACHES } from './reach.js';

/** Everybody sees what he may see now; who lost a grant hears no more, also of what was before. */
const VISIBLE = `($6 or c.owner = $1 or exists (
  select 1 from broker.grants g where g.credential_id = c.id and ${REACHES}))`;

const AFTER = `
  select s.active, s.last, e.* from (
    select ${CALLER_ACTIVE} as active,
      (select max(e.id) from broker.events e where e.tx < pg_snapshot_xmin(pg_current_snapshot())) as last
  ) s left join lateral (
    select e.id, e.at, e.kind, e.details, c.id as credential_id, c.name, c.service_type, c.owner
    from broker.events e join broker.credentials c on c.id = e.credential_id
    where e.id > $7 and e.tx < pg_snapshot_xmin(pg_current_snapshot()) and ${VISIBLE}
    order by e.id limit $8
  ) e on true order by e.id`;

export function eventReads(query: Query, clock: Clock): Pick<Records, 'eventsAfter'> {
  return {
    async eventsAfter(caller, after, limit) {
      const everything = caller.kind === 'user' && caller.role === 'admin';
      const known = [...callerValues(caller, clock.now()), everything];
      // Larger than any: then only the newest number is asked for.
      const from = after ?? Number.MAX_SAFE_INTEGER;
      const rows = await query({ name: 'events', text: AFTER, values: [...known, from, limit] });
      const [first] = rows;
      if (first === undefined) throw notFound('event');
      const events = rows.filter((row) => row['id'] !== null).map(toEvent);
      const newest = Number(first['last'] ?? 0);
      // A full page may have more behind it; else all up to the newest was looked through.
      const last = events.length === limit ? (events.at(-1)?.id ?? newest) : Math.max(newest, after ?? 0);
      return { callerActive: first['active'] === true, events, last };
    },
  };
}

function toEvent(row: Row): ChangeEvent {
  return {
    id: Number(row['id']),
    at: row['at'],
    kind: row['kind'],
    details: row['details'],
    credentialId: row['credential_id'],
    name: row['name'],
    serviceType: row['service_type'],
    owner: row['owner'],
  } as ChangeEvent;
}
