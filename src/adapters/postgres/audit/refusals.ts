import { MINUTE_MS } from '../../../domain/time/units.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';

const MAX_KEYS = 10_000;

interface Count {
  ip: string;
  code: string;
  minute: Date;
  count: number;
}

export interface Refusals {
  count(ip: string, code: string): void;
  /** Writes what was counted; keeps it when the database can't take it. Never rejects. */
  flush(): Promise<void>;
}

/**
 * Refusals of unauthenticated callers, in one row per address and minute: a flood costs memory for a bounded number
 * of addresses (the rest count under `other`) and is never in the queue of valid reads.
 */
export function refusalCounter(query: Query, clock: Clock, log: Log): Refusals {
  let counts = new Map<string, Count>();

  const add = ({ ip, code, minute, count }: Count): void => {
    const key = `${minute.getTime()} ${code} ${ip}`;
    const found = counts.get(key);
    if (found !== undefined) found.count += count;
    else if (counts.size < MAX_KEYS || ip === 'other') counts.set(key, { ip, code, minute, count });
    else add({ ip: 'other', code, minute, count });
  };

  return {
    count(ip, code) {
      const minute = new Date(Math.floor(clock.now().getTime() / MINUTE_MS) * MINUTE_MS);
      add({ ip, code, minute, count: 1 });
    },
    async flush() {
      if (counts.size === 0) return;
      const taken = [...counts.values()];
      counts = new Map();
      try {
        await write(query, taken);
      } catch {
        log.warn('audit.refusals_waiting', { rows: taken.length });
        for (const each of taken) add(each);
      }
    },
  };
}

async function write(query: Query, counts: Count[]): Promise<void> {
  await query({
    text: `insert into broker.refusal_counts (ip, code, minute, count)
           select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) r(ip, code, minute, count)
           order by minute, ip, code
           on conflict (minute, ip, code) do update set count = refusal_counts.count + excluded.count`,
    values: [
      counts.map((each) => each.ip),
      counts.map((each) => each.code),
      counts.map((each) => each.minute),
      counts.map((each) => each.count),
    ],
  });
}
