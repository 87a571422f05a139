import { type Load, runLoad } from './load.js';
import { median, short } from './numbers.js';
import { auditCounter, p, rate, readTargets } from './readTargets.js';
import type { Report } from './report.js';
import { startSystem } from './system.js';

const ROUNDS = 6;
const SECONDS = 4;
const WARM_UP_SECONDS = 3;

interface Pair {
  direct: Load;
  broker: Load;
}

/** One audited read through the broker beside the same read straight from Vault, in turns. */
export async function readBench(): Promise<Report> {
  const system = await startSystem();
  try {
    const { direct, through } = await readTargets(system);
    const broker = through(system.broker);
    const counter = await auditCounter(system);
    const memory: number[] = [];
    const atOne: Pair[] = [];
    const at32: Pair[] = [];
    await runLoad(direct, 32, WARM_UP_SECONDS);
    await runLoad(broker, 32, WARM_UP_SECONDS);
    let answered = 0;
    const before = await counter.rows();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [pairs, concurrency] of [[atOne, 1] as const, [at32, 32] as const]) {
        const pair = {
          direct: await runLoad(direct, concurrency, SECONDS),
          broker: await runLoad(broker, concurrency, SECONDS),
        };
        answered += pair.broker.answered - pair.broker.refused;
        pairs.push(pair);
      }
      memory.push(await system.residentMiB());
    }
    const audited = (await counter.rows()) - before;
    await counter.end();
    return reportOf({ atOne, at32, memory, answered, audited });
  } finally {
    await system.stop();
  }
}

interface Measured {
  atOne: Pair[];
  at32: Pair[];
  memory: number[];
  answered: number;
  audited: number;
}

function reportOf({ atOne, at32, memory, answered, audited }: Measured): Report {
  const added = median(atOne.map(({ direct, broker }) => p(broker, 0.5) - p(direct, 0.5)));
  const share = median(at32.map(({ direct, broker }) => (100 * rate(broker)) / rate(direct)));
  const half = Math.floor(memory.length / 2);
  const growth = 100 * (median(memory.slice(half)) / median(memory.slice(0, half)) - 1);
  const refused = [...atOne, ...at32].reduce(
    (sum, { direct, broker }) => sum + direct.refused + broker.refused,
    0,
  );
  return {
    name: 'read',
    rows: [...rowsOf('c=1', atOne), ...rowsOf('c=32', at32)],
    bars: [
      { what: 'added p50 at c=1', seen: added, rule: 'at most', limit: 2, unit: ' ms' },
      {
        what: 'throughput at c=32 beside direct Vault',
        seen: share,
        rule: 'at least',
        limit: 25,
        unit: ' %',
      },
      {
        what: 'audit rows for each answered read',
        seen: audited / answered,
        rule: 'at least',
        limit: 1,
        unit: '',
      },
      { what: 'answers that were not 200', seen: refused, rule: 'at most', limit: 0, unit: '' },
      {
        what: "growth of the broker's memory, second half of the run beside the first",
        seen: growth,
        rule: 'at most',
        limit: 25,
        unit: ' %',
      },
    ],
    notes: [
      `${answered} reads answered, ${audited} audited; resident MiB after each round: ${memory.map((m) => m.toFixed(0)).join(' ')}`,
      `Medians of ${ROUNDS} rounds of ${SECONDS} s, direct and through the broker in turns. Load generator, broker, Postgres (fsync on) and Vault (raft) share the cores.`,
    ],
  };
}

function rowsOf(label: string, pairs: Pair[]): Record<string, string>[] {
  const row = (who: 'direct' | 'broker') => {
    const loads = pairs.map((pair) => pair[who]);
    const rates = loads.map(rate);
    return {
      run: `${label} ${who === 'direct' ? 'Vault, direct' : 'broker'}`,
      'p50 ms': short(median(loads.map((load) => p(load, 0.5)))),
      'p99 ms': short(median(loads.map((load) => p(load, 0.99)))),
      'reads/s': short(median(rates)),
      range: `${short(Math.min(...rates))}–${short(Math.max(...rates))}`,
    };
  };
  const ratio = (of: (load: Load) => number) =>
    `${short(median(pairs.map(({ direct, broker }) => of(broker) / of(direct))))}×`;
  const ratios = {
    run: `${label} ratio`,
    'p50 ms': ratio((load) => p(load, 0.5)),
    'p99 ms': ratio((load) => p(load, 0.99)),
    'reads/s': ratio(rate),
    range: '',
  };
  return [row('direct'), row('broker'), ratios];
}
