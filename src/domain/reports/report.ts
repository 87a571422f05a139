import type { Health } from '../credentials/credential.js';
import { HEALTHS } from '../credentials/credential.js';
import type { ServiceType } from '../credentials/serviceType.js';
import type { FindingKind } from '../reconcile/discrepancy.js';
import { isBad } from '../testing/health.js';
import { changeLines, MOST_KEPT, momentLines, stateLines, useLines } from './reportLines.js';

/** One credential as it stood at the end of the time that is reported, and what its tests found within. */
export interface ReportedCredential {
  id: string;
  name: string;
  serviceType: ServiceType;
  owner: string;
  health: Health;
  lastTestCode: string | null;
  expiresAt: Date | null;
  nextRotationAt: Date | null;
  /** Since when its secret is what it is. */
  secretSince: Date;
  lastUsedAt: Date | null;
  createdAt: Date;
  /** Tests of the version that was active then, and those of them that found it working, in full or in part. */
  tests: number;
  testsOk: number;
  /** What services told of it within the time. */
  uses: number;
  usesFailed: number;
  /** Whether any test of any version ever found it working, in full or in part. */
  everWorked: boolean;
  /** Codes of the warnings of the newest test of its active version. */
  warnings: string[];
}

/** A test that found another health than the one before it, however long ago that was. */
export interface HealthChange {
  credentialId: string;
  at: Date;
  /** Null: the first test of all. */
  from: Health | null;
  to: Health;
  code: string;
}

/** How often somebody used a credential within the time, for whom. */
export interface UseCount {
  credentialId: string;
  usedBy: string;
  /** A principal. */
  caller: string;
  uses: number;
  failed: number;
}

/** Something that was done in Vault without the broker and is not settled. */
export interface OpenDrift {
  credentialId: string;
  at: Date;
  code: Exclude<FindingKind, 'orphan'>;
}

/** All that one report is made of. */
export interface ReportSource {
  credentials: readonly ReportedCredential[];
  changes: readonly HealthChange[];
  /** The busiest first: as many as are kept, and how many there are. `used_by` is anybody's words, so they have no bound. */
  uses: { most: readonly UseCount[]; count: number };
  drifts: readonly OpenDrift[];
}

export const REPORT_LISTS = [
  'broke',
  'healed',
  'broken_now',
  'expired',
  'expiring',
  'rotation_overdue',
  'rotation_due',
  'over_privileged',
  'drift',
  'unused',
  'oldest_secrets',
  'who_used',
] as const;
export type ReportList = (typeof REPORT_LISTS)[number];

/** A line of a list: a credential, and of what the list is about those members that it has. */
export interface ReportLine {
  id: string;
  name: string;
  service_type: string;
  owner: string;
  at: string | null;
  code: string | null;
  used_by: string | null;
  caller: string | null;
  uses: number | null;
  failed: number | null;
  /** The last report did not have it in this list; null: there is none. */
  new: boolean | null;
}

export interface ReportSection {
  count: number;
  /** All up to the bound; reports that were made when it was twenty keep those. */
  lines: ReportLine[];
  /** Against the last report: its count, credentials that came, and those that are no longer in the list. */
  compared: { count: number; new: number; gone: number; gone_names: string[] } | null;
}

export interface ReportTotals {
  credentials: number;
  broken: number;
  by_health: Record<Health, number>;
  tests: number;
  tests_ok: number;
  uses: number;
  uses_failed: number;
}

export interface Report {
  totals: ReportTotals;
  /** The report before of the same schedule; null for the first, and for one that somebody asked for. */
  since_last: { report: string; to: string; totals: ReportTotals } | null;
  lists: Record<ReportList, ReportSection>;
}

/** The credentials of each list, id → name, to compare the next report with. */
export type ReportMembers = Record<ReportList, Record<string, string>>;

/** A report as the next one is compared with it. */
export interface LastReport {
  id: string;
  to: Date;
  totals: ReportTotals;
  counts: Record<ReportList, number>;
  members: ReportMembers;
}

export type Lines = Record<ReportList, ReportLine[]>;

/** Puts a report together from what was counted, as of `to`. */
export function reportOf(
  source: ReportSource,
  { to, last }: { to: Date; last: LastReport | null },
): { body: Report; members: ReportMembers } {
  const all: Lines = {
    ...changeLines(source),
    ...stateLines(source),
    ...momentLines(source.credentials, to),
    ...useLines(source),
  };
  const named = (some: readonly { id: string; name: string }[]) =>
    Object.fromEntries(some.map(({ id, name }) => [id, name]));
  const members = {
    ...byList((list) => named(all[list])),
    who_used: named(source.credentials.filter(({ uses }) => uses > 0)),
  };
  const counts = { ...byList((list) => all[list].length), who_used: source.uses.count };
  const lists = byList((list) => {
    const section = { count: counts[list], lines: all[list].slice(0, MOST_KEPT) };
    return last === null
      ? { ...section, compared: null }
      : comparedWith(last, list, { ...section, members: members[list] });
  });
  const since_last =
    last === null ? null : { report: last.id, to: last.to.toISOString(), totals: last.totals };
  return { body: { totals: totalsOf(source), since_last, lists }, members };
}

function byList<T>(of: (list: ReportList) => T): Record<ReportList, T> {
  return Object.fromEntries(REPORT_LISTS.map((list) => [list, of(list)])) as Record<ReportList, T>;
}

function comparedWith(
  last: LastReport,
  list: ReportList,
  { count, lines, members }: Pick<ReportSection, 'count' | 'lines'> & { members: Record<string, string> },
): ReportSection {
  const before = last.members[list];
  const gone = Object.entries(before).filter(([id]) => members[id] === undefined);
  return {
    count,
    lines: lines.map((one) => ({ ...one, new: before[one.id] === undefined })),
    compared: {
      count: last.counts[list],
      new: Object.keys(members).filter((id) => before[id] === undefined).length,
      gone: gone.length,
      gone_names: gone
        .map(([, name]) => name)
        .sort()
        .slice(0, MOST_KEPT),
    },
  };
}

function totalsOf({ credentials }: ReportSource): ReportTotals {
  const count = (wanted: (one: ReportedCredential) => boolean) => credentials.filter(wanted).length;
  const sum = (of: (one: ReportedCredential) => number) =>
    credentials.reduce((total, one) => total + of(one), 0);
  const healths = HEALTHS.map((health) => [health, count((one) => one.health === health)]);
  return {
    credentials: credentials.length,
    broken: count(({ health }) => isBad(health)),
    by_health: Object.fromEntries(healths) as Record<Health, number>,
    tests: sum(({ tests }) => tests),
    tests_ok: sum(({ testsOk }) => testsOk),
    uses: sum(({ uses }) => uses),
    uses_failed: sum(({ usesFailed }) => usesFailed),
  };
}

/** `1 credential`, `2 credentials`. */
export const credentialsOf = (count: number): string =>
  `${count} ${count === 1 ? 'credential' : 'credentials'}`;

/** What a report comes down to. */
export function reportInShort({ totals, lists }: Report): string {
  const due = lists.rotation_overdue.count + lists.rotation_due.count;
  return [
    `${credentialsOf(totals.credentials)}, ${totals.broken} of them not working`,
    `${lists.broke.count} broke, ${lists.healed.count} healed`,
    `${lists.expired.count} expired, ${lists.expiring.count} end within 30 days`,
    `${due} to be rotated`,
  ].join('; ');
}
