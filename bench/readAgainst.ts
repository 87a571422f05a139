import { type Load, runLoad, type Target } from './load.js';
import { median, short } from './numbers.js';
import { buildCommit } from './otherBuild.js';
import { auditCounter, p, rate, readTargets } from './readTargets.js';
import type { Report } from './report.js';
import { startSystem } from './system.js';

const ROUNDS = 6;
const SECONDS = 4;
const WARM_UP_SECONDS = 4;

const WHO = ['direct', 'before', 'now'] as const;
type Round = Record<(typeof WHO)[number], Load>;

/** The broker of this commit and of another one on the same Vault and Postgres, in turns, beside direct reads. */
export async function readAgainst(name: string): Promise<Report> {
  const other = buildCommit(name);
  const system = await startSystem();
  try {
    const { direct, through } = await readTargets(system);
    const before = through(await system.anotherBroker({}, other.root));
    const targets = { direct, before, now: through(system.broker) };
    for (const who of WHO) await runLoad(targets[who], 32, WARM_UP_SECONDS);
    const counter = await auditCounter(system);
    const audited = { direct: 0, before: 0, now: 0 };
    const counted = async (who: keyof Round, concurrency: number): Promise<Load> => {
      const rows = await counter.rows();
      const load = await runLoad(targets[who] as Target, concurrency, SECONDS);
      audited[who] += (await counter.rows()) - rows;
      return load;
    };
    const atOne: Round[] = [];
    const at32: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [rounds, concurrency] of [[atOne, 1] as const, [at32, 32] as const]) {
        const loads: Partial<Round> = {};
        for (const who of round % 2 === 0 ? WHO : [...WHO].reverse())
          loads[who] = await counted(who, concurrency);
        rounds.push(loads as Round);
      }
    }
    await counter.end();
    return reportOf(other.commit, { atOne, at32, audited });
  } finally {
    await system.stop();
  }
}

interface Measured {
  atOne: Round[];
  at32: Round[];
  audited: Record<keyof Round, number>;
}

const added = (round: Round, who: 'before' | 'now') => p(round[who], 0.5) - p(round.direct, 0.5);

function reportOf(commit: string, { atOne, at32, audited }: Measured): Report {
  const all = [...atOne, ...at32];
  const answered = (who: 'before' | 'now') =>
    all.reduce((sum, round) => sum + round[who].answered - round[who].refused, 0);
  const bar = (what: string, rule: 'at least' | 'at most', [seen, limit]: [number, number], unit = '') => ({
    what,
    seen,
    rule,
    limit,
    unit,
  });
  const faster = median(at32.map((round) => 100 * (rate(round.now) / rate(round.before) - 1)));
  const nearer = median(atOne.map((round) => 100 * (1 - added(round, 'now') / added(round, 'before'))));
  const refused = all.flatMap((round) => WHO.map((who) => round[who].refused)).reduce((a, b) => a + b, 0);
  return {
    name: 'read-against',
    rows: [...rowsOf('c=1', atOne, commit), ...rowsOf('c=32', at32, commit)],
    bars: [
      bar(`reads/s at c=32 more than at ${commit}`, 'at least', [faster, 40], ' %'),
      bar(`added p50 at c=1 less than at ${commit}`, 'at least', [nearer, 15], ' %'),
      bar('audit rows for each answered read', 'at least', [audited.now / answered('now'), 1]),
      bar(`the same at ${commit}`, 'at least', [audited.before / answered('before'), 1]),
      bar('answers that were not 200', 'at most', [refused, 0]),
    ],
    notes: [
      `This commit: ${answered('now')} answered, ${audited.now} audited; ${commit}: ${answered('before')} answered, ${audited.before} audited.`,
      `Medians of ${ROUNDS} rounds of ${SECONDS} s in turns; ratios are medians of the rounds' ratios. All processes share the cores.`,
    ],
  };
}

function rowsOf(label: string, rounds: readonly Round[], commit: string): Record<string, string>[] {
  const names = { direct: 'Vault, direct', before: `broker ${commit}`, now: 'broker now' };
  return WHO.map((who) => {
    const rates = rounds.map((round) => rate(round[who]));
    return {
      run: `${label} ${names[who]}`,
      'p50 ms': short(median(rounds.map((round) => p(round[who], 0.5)))),
      'added ms': who === 'direct' ? '' : short(median(rounds.map((round) => added(round, who)))),
      'p99 ms': short(median(rounds.map((round) => p(round[who], 0.99)))),
      'reads/s': short(median(rates)),
      'of direct':
        who === 'direct'
          ? ''
          : `${short(median(rounds.map((round) => (100 * rate(round[who])) / rate(round.direct))))} %`,
      range: `${short(Math.min(...rates))}–${short(Math.max(...rates))}`,
    };
  });
}
