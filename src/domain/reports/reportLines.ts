import { isBad, isBlocked } from '../testing/health.js';
import { DAY_MS } from '../time/units.js';
import type { Lines, ReportedCredential, ReportLine, ReportSource } from './report.js';

/** Lists keep at most this many lines; their counts include all. */
export const MOST_KEPT = 10_000;
/** The same of who used what: `used_by` is anybody's words, so that only the busiest are read at all. */
export const MOST_USES_KEPT = 1_000;
/** Every credential has a secret of some age, so only the oldest are listed and counted. */
const OLDEST = 10;

const AHEAD_DAYS = 30;
const UNUSED_DAYS = 90;
/** Warnings of tests that say that an account may do more than is needed. */
const TOO_MUCH = ['over_privileged', 'root_account'];

/** What broke and what works again, in the order in which it happened. */
export function changeLines({ credentials, changes }: ReportSource): Pick<Lines, 'broke' | 'healed'> {
  const lines = (wanted: (change: ReportSource['changes'][number]) => boolean) =>
    linesOf(credentials, changes.filter(wanted), ({ at, code }) => ({ at: at.toISOString(), code }));
  return {
    // What never worked did not break, and the broker's own rules break nothing.
    broke: lines(({ from, to, code }) => isBad(to) && from !== null && !isBad(from) && !isBlocked(code)),
    healed: lines(({ from, to }) => to === 'ok' && from !== null && isBad(from)),
  };
}

/** `never_worked` before the code of what no test ever found working. */
function brokenCode({ lastTestCode, everWorked }: ReportedCredential): string | null {
  if (everWorked || lastTestCode === null || isBlocked(lastTestCode)) return lastTestCode;
  return `never_worked ${lastTestCode}`;
}

/** What matters by its current state. */
export function stateLines(source: ReportSource): Pick<Lines, 'broken_now' | 'over_privileged' | 'drift'> {
  const { credentials, drifts } = source;
  const broken = credentials.filter(({ health }) => isBad(health));
  const mighty = credentials.filter(({ warnings }) => warnings.some((code) => TOO_MUCH.includes(code)));
  return {
    broken_now: broken.map((one) => line(one, { code: brokenCode(one) })),
    over_privileged: mighty.map((one) =>
      line(one, { code: one.warnings.filter((code) => TOO_MUCH.includes(code)).join(' ') }),
    ),
    drift: linesOf(credentials, drifts, ({ at, code }) => ({ at: at.toISOString(), code })),
  };
}

/** What matters by its moment, the earliest first. Of the secrets only the oldest are meant. */
export function momentLines(
  all: readonly ReportedCredential[],
  to: Date,
): Pick<Lines, 'expired' | 'expiring' | 'rotation_overdue' | 'rotation_due' | 'oldest_secrets' | 'unused'> {
  const soon = new Date(to.getTime() + AHEAD_DAYS * DAY_MS);
  const longAgo = new Date(to.getTime() - UNUSED_DAYS * DAY_MS);
  const by = (
    when: (one: ReportedCredential) => Date | null,
    wanted: (at: Date) => boolean,
    facts: (one: ReportedCredential) => Partial<ReportLine> = () => ({}),
  ) =>
    all
      .flatMap((one) => {
        const at = when(one);
        return at !== null && wanted(at) ? [{ one, at }] : [];
      })
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ one, at }) => line(one, { at: at.toISOString(), ...facts(one) }));
  const ends = (one: ReportedCredential) => one.expiresAt;
  const rotates = (one: ReportedCredential) => one.nextRotationAt;
  return {
    expired: by(ends, (at) => at <= to),
    expiring: by(ends, (at) => at > to && at <= soon),
    rotation_overdue: by(rotates, (at) => at <= to),
    rotation_due: by(rotates, (at) => at > to && at <= soon),
    oldest_secrets: by(
      (one) => one.secretSince,
      () => true,
    ).slice(0, OLDEST),
    unused: by(
      (one) => one.lastUsedAt ?? one.createdAt,
      (at) => at <= longAgo,
      ({ lastUsedAt }) => ({ code: lastUsedAt === null ? 'never_used' : null }),
    ),
  };
}

/** Who used what, the busiest first. */
export function useLines({ credentials, uses }: ReportSource): Pick<Lines, 'who_used'> {
  return {
    who_used: linesOf(credentials, uses.most, ({ usedBy, caller, uses: count, failed }) => ({
      used_by: usedBy,
      caller,
      uses: count,
      failed,
    })),
  };
}

/** A line for each thing that is about a credential of the report. */
function linesOf<T extends { credentialId: string }>(
  credentials: readonly ReportedCredential[],
  things: readonly T[],
  facts: (thing: T) => Partial<ReportLine>,
): ReportLine[] {
  const known = new Map(credentials.map((one) => [one.id, one]));
  return things.flatMap((thing) => {
    const one = known.get(thing.credentialId);
    return one === undefined ? [] : [line(one, facts(thing))];
  });
}

function line({ id, name, serviceType, owner }: ReportedCredential, facts: Partial<ReportLine>): ReportLine {
  const nothing = { at: null, code: null, used_by: null, caller: null, uses: null, failed: null, new: null };
  return { id, name, service_type: serviceType, owner, ...nothing, ...facts };
}
