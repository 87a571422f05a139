import { notFound } from '../../../domain/errors.js';
import type { ChangeEvent, EventReads } from '../../../ports/eventFeed.js';
import type { Clock } from '../../../ports/runtime.js';
import { CALLER_ACTIVE, callerValues, REACHES } from '../access/reach.js';
import type { Outer } from '../core/credentialRow.js';
import type { Query } from '../core/pools.js';

const SEES = `($6 or c.owner = $1 or exists (
  select 1 from broker.grants g where g.credential_id = c.id and ${REACHES}))`;

/** Events of a grant go to admins, the owner, and those who received it, even when it was all they had. */
const HEARS = `(case when e.subject is null then ${SEES} else $6 or c.owner = $1
  or (e.subject_kind = $3 and e.subject = $1)
  or (e.subject_kind = 'team' and e.subject in (select m.team from broker.team_members m where m.principal = $1))
  or (e.subject_kind = 'role' and $3 = 'user' and e.subject = any($4::text[])) end)`;

/** The columns of an event. */
export const EVENT_COLUMNS = `e.number as id, e.at, e.kind, e.details, c.id as "credentialId"`;

/** What everyone who may see the credential can read of it. */
export const EVENT_SEEN = `jsonb_build_object('name', c.name, 'serviceType', c.service_type, 'owner', c.owner)`;

/**
 * The number of events that one statement scans: for callers who see little each one costs, and all stored events
 * take too long.
 */
const LOOKED_THROUGH = 5_000;

/**
 * A caller sees the events of credentials that they can see now; after losing a grant only the event of that loss.
 */
const AFTER = `
  select s."callerActive", s.newest, s.oldest, e.* from (
    select ${CALLER_ACTIVE} as "callerActive", (select last from broker.event_counter) as newest,
      (select min(o.number) from broker.events o) as oldest
  ) s left join lateral (
    select ${EVENT_COLUMNS}, case when ${SEES} then ${EVENT_SEEN} end as seen
    from broker.events e join broker.credentials c on c.id = e.credential_id
    where e.number > $7::bigint and e.number <= $7::bigint + ${LOOKED_THROUGH} and ${HEARS}
    order by e.number limit $8
  ) e on true order by e.id`;

/** What each row says besides its event. */
interface Stretch {
  callerActive: boolean;
  newest: number;
  oldest: number | null;
}

const isEvent = (row: Stretch & Outer<ChangeEvent>): row is Stretch & ChangeEvent => row.id !== null;

/** `lists` scans the events; `reads` returns the newest number, which all streams wait for. */
export function eventReads(
  { lists: query, reads }: { lists: Query; reads: Query },
  clock: Clock,
): EventReads {
  let look: { second: number; newest: Promise<number> } | undefined;
  return {
    newestEvent() {
      const second = Math.floor(clock.now().getTime() / 1000);
      if (look?.second !== second) look = { second, newest: newestOf(reads) };
      return look.newest;
    },
    async eventsAfter(caller, after, limit) {
      const everything = caller.kind === 'user' && caller.role === 'admin';
      const known = [...callerValues(caller, clock.now()), everything];
      // Larger than any: then only the newest number is asked for.
      const from = after ?? Number.MAX_SAFE_INTEGER;
      const rows = await query<Stretch & Outer<ChangeEvent>>({
        name: 'events',
        text: AFTER,
        values: [...known, from, limit],
      });
      const [first] = rows;
      if (first === undefined) throw notFound('event');
      const { callerActive, newest } = first;
      const events = rows.filter(isEvent).map(({ callerActive, newest, oldest, ...event }) => event);
      // A full page may have more behind it; else all of the stretch was looked through.
      const last =
        events.length === limit ? (events.at(-1)?.id ?? newest) : Math.min(from + LOOKED_THROUGH, newest);
      const oldest = first.oldest ?? newest + 1;
      return { callerActive, events, last, kept: { oldest, newest } };
    },
  };
}

async function newestOf(query: Query): Promise<number> {
  const text = 'select last from broker.event_counter';
  return (await query<{ last: number }>({ name: 'newest-event', text }))[0]?.last ?? 0;
}
