import type { Health } from './credential.js';
import { HEALTHS } from './credential.js';
import type { ServiceType } from './serviceType.js';

const DAY = 86_400_000;
const AHEAD_DAYS = 30;
const UNUSED_DAYS = 90;
const MOST_LISTED = 20;

/** One credential at the end of the time that is reported, and what happened to it within. */
export interface ReportedCredential {
  id: string;
  name: string;
  serviceType: ServiceType;
  owner: string;
  health: Health;
  lastTestCode: string | null;
  lastTestedAt: Date | null;
  expiresAt: Date | null;
  nextRotationAt: Date | null;
  /** Since when its secret is what it is. */
  secretSince: Date;
  lastUsedAt: Date | null;
  createdAt: Date;
  /** Tests within the time, and those of them that found it working, in full or in part. */
  tests: number;
  testsOk: number;
  uses: number;
  usesFailed: number;
  /** Different callers. */
  usedBy: number;
  /** Codes of the warnings of its newest test. */
  warnings: string[];
  /** Versions that somebody wrote in Vault without the broker. */
  drifts: number;
}

/** A test that found another health than the one before it. */
export interface HealthChange {
  credentialId: string;
  at: Date;
  /** Null: the first test of all. */
  from: Health | null;
  to: Health;
  code: string;
}

export interface ReportLine {
  id: string;
  name: string;
  service_type: string;
  owner: string;
  /** What this list is about: a moment, a count or a code. */
  what: string;
}

export interface ReportTotals {
  credentials: number;
  by_health: Record<Health, number>;
  tests: number;
  tests_ok: number;
  uses: number;
  uses_failed: number;
}

export const REPORT_LISTS = [
  'broke',
  'healed',
  'broken_now',
  'expired',
  'expiring',
  'rotation_due',
  'oldest_secrets',
  'unused',
  'most_used',
  'over_privileged',
  'drift',
] as const;
export type ReportList = (typeof REPORT_LISTS)[number];

export interface Report {
  totals: ReportTotals;
  /** Against the report before of the same scope; null for the first. */
  since_last: { broken: number; credentials: number } | null;
  lists: Record<ReportList, { count: number; lines: ReportLine[] }>;
}

/** Puts a report together from what was counted. Lists hold at most twenty lines; their counts are of all. */
export function reportOf(
  credentials: readonly ReportedCredential[],
  changes: readonly HealthChange[],
  { to, last }: { to: Date; last: Report | null },
): Report {
  const totals = totalsOf(credentials);
  return {
    totals,
    since_last:
      last === null
        ? null
        : {
            broken: broken(totals) - broken(last.totals),
            credentials: totals.credentials - last.totals.credentials,
          },
    lists: {
      ...changeLists(credentials, changes),
      ...stateLists(credentials),
      ...momentLists(credentials, to),
    },
  };
}

const isBad = (health: Health) => health === 'rejected' || health === 'unreachable' || health === 'limited';
const broken = ({ by_health }: ReportTotals) =>
  by_health.rejected + by_health.unreachable + by_health.limited;

function totalsOf(credentials: readonly ReportedCredential[]): ReportTotals {
  const sum = (count: (one: ReportedCredential) => number) =>
    credentials.reduce((total, one) => total + count(one), 0);
  const healths = HEALTHS.map((health) => [health, sum((one) => (one.health === health ? 1 : 0))] as const);
  return {
    credentials: credentials.length,
    by_health: {
      ok: 0,
      limited: 0,
      rejected: 0,
      unreachable: 0,
      unchecked: 0,
      ...Object.fromEntries(healths),
    },
    tests: sum(({ tests }) => tests),
    tests_ok: sum(({ testsOk }) => testsOk),
    uses: sum(({ uses }) => uses),
    uses_failed: sum(({ usesFailed }) => usesFailed),
  };
}

type Lists = Report['lists'];

function changeLists(
  credentials: readonly ReportedCredential[],
  changes: readonly HealthChange[],
): Pick<Lists, 'broke' | 'healed'> {
  const known = new Map(credentials.map((one) => [one.id, one]));
  const lines = (wanted: (change: HealthChange) => boolean) =>
    changes.filter(wanted).flatMap((change) => {
      const one = known.get(change.credentialId);
      return one === undefined ? [] : [line(one, `${change.at.toISOString()} ${change.code}`)];
    });
  return {
    broke: listed(lines(({ from, to }) => isBad(to) && (from === null || !isBad(from)))),
    healed: listed(lines(({ from, to }) => to === 'ok' && from !== null && isBad(from))),
  };
}

/** What matters by its moment, the earliest first. */
function momentLists(
  all: readonly ReportedCredential[],
  to: Date,
): Pick<Lists, 'expired' | 'expiring' | 'rotation_due' | 'oldest_secrets' | 'unused'> {
  const soon = new Date(to.getTime() + AHEAD_DAYS * DAY);
  const longAgo = new Date(to.getTime() - UNUSED_DAYS * DAY);
  const ends = (one: ReportedCredential) => one.expiresAt;
  const by = (at: (one: ReportedCredential) => Date | null, wanted: (at: Date) => boolean) => {
    const found = all.flatMap((one) => {
      const when = at(one);
      return when !== null && wanted(when) ? [{ one, when }] : [];
    });
    found.sort((a, b) => a.when.getTime() - b.when.getTime());
    return listed(found.map(({ one, when }) => line(one, when.toISOString())));
  };
  return {
    expired: by(ends, (at) => at <= to),
    expiring: by(ends, (at) => at > to && at <= soon),
    rotation_due: by(
      (one) => one.nextRotationAt,
      (at) => at <= soon,
    ),
    oldest_secrets: by(
      (one) => one.secretSince,
      () => true,
    ),
    unused: by(
      (one) => one.lastUsedAt ?? one.createdAt,
      (at) => at <= longAgo,
    ),
  };
}

const TOO_MUCH = ['over_privileged', 'root_account'];

function stateLists(
  all: readonly ReportedCredential[],
): Pick<Lists, 'broken_now' | 'most_used' | 'over_privileged' | 'drift'> {
  const counted = (count: (one: ReportedCredential) => number) => {
    const found = all.filter((one) => count(one) > 0);
    found.sort((a, b) => count(b) - count(a) || a.name.localeCompare(b.name));
    return listed(found.map((one) => line(one, String(count(one)))));
  };
  const broken = all.filter(({ health }) => isBad(health));
  const mighty = all.filter(({ warnings }) => warnings.some((code) => TOO_MUCH.includes(code)));
  return {
    broken_now: listed(broken.map((one) => line(one, one.lastTestCode ?? '?'))),
    most_used: counted(({ uses }) => uses),
    over_privileged: listed(mighty.map((one) => line(one, one.warnings.join(' ')))),
    drift: counted(({ drifts }) => drifts),
  };
}

function line({ id, name, serviceType, owner }: ReportedCredential, what: string): ReportLine {
  return { id, name, service_type: serviceType, owner, what };
}

function listed(lines: ReportLine[]): { count: number; lines: ReportLine[] } {
  return { count: lines.length, lines: lines.slice(0, MOST_LISTED) };
}

/** What a report comes down to. */
export function reportInShort({ totals, lists }: Report): string {
  return [
    `${totals.credentials} credentials, ${broken(totals)} of them broken`,
    `${lists.broke.count} broke, ${lists.healed.count} healed`,
    `${lists.expired.count} expired, ${lists.expiring.count} end within ${AHEAD_DAYS} days`,
    `${lists.rotation_due.count} to be rotated`,
  ].join('; ');
}
