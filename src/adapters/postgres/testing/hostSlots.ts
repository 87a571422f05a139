import { randomUUID } from 'node:crypto';
import type { Log } from '../../../ports/runtime.js';
import type { HostSlots } from '../../../ports/testing.js';
import type { Query } from '../core/pools.js';

const PER_HOST = 2;

/**
 * By the clock of the database. Of two that see the same free turn one gets it, and the other none although there may
 * be another one: it asks again.
 */
const TAKE = `
  insert into broker.host_slots as held (host, slot, holder, until)
  select $1, turn, $2, clock_timestamp() + make_interval(secs => $3) from generate_series(1, ${PER_HOST}) turn
  where not exists (
    select 1 from broker.host_slots taken
    where taken.host = $1 and taken.slot = turn and taken.until > clock_timestamp())
  order by random() limit 1
  on conflict (host, slot) do update set holder = excluded.holder, until = excluded.until
    where held.until <= clock_timestamp()
  returning slot`;

const GIVE_BACK = 'delete from broker.host_slots where host = $1 and slot = $2 and holder = $3';

const MEETINGS = 3;

/** Slots of hosts that all processes share: at most two tests of a host at once, by all callers together. */
export function postgresHostSlots(query: Query, log: Log): HostSlots {
  return {
    async take(host, leaseMs) {
      const holder = randomUUID();
      for (let meeting = 0; meeting < MEETINGS; meeting += 1) {
        const [got] = await query<{ slot: number }>({ text: TAKE, values: [host, holder, leaseMs / 1000] });
        if (got === undefined) continue;
        return async () => {
          const values = [host, got.slot, holder];
          await query({ text: GIVE_BACK, values }).catch(() => log.warn('host_slot_not_given_back'));
        };
      }
      return null;
    },
  };
}
