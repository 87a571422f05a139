import type { Health } from './credential.js';
import { HEALTHS } from './credential.js';
import { isBad } from './health.js';
import { changeLines, MOST_LISTED, momentLines, stateLines, useLines } from './reportLines.js';
import type { ServiceType } from './serviceType.js';

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
  code: string;
}

/** All that one report is made of. */
export interface ReportSource {
  credentials: readonly ReportedCredential[];
  changes: readonly HealthChange[];
  uses: readonly UseCount[];
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
  const lists = byList((list) => sectionOf(all[list], list, last));
  const members = byList((list) => Object.fromEntries(all[list].map(({ id, name }) => [id, name])));
  const since_last =
    last === null ? null : { report: last.id, to: last.to.toISOString(), totals: last.totals };
  return { body: { totals: totalsOf(source), since_last, lists }, members };
}

function byList<T>(of: (list: ReportList) => T): Record<ReportList, T> {
  return Object.fromEntries(REPORT_LISTS.map((list) => [list, of(list)])) as Record<ReportList, T>;
}

function sectionOf(lines: readonly ReportLine[], list: ReportList, last: LastReport | null): ReportSection {
  const shown = lines.slice(0, MOST_LISTED);
  if (last === null) return { count: lines.length, lines: shown, compared: null };
  const before = last.members[list];
  const now = new Set(lines.map(({ id }) => id));
  const gone = Object.entries(before).filter(([id]) => !now.has(id));
  return {
    count: lines.length,
    lines: shown.map((one) => ({ ...one, new: before[one.id] === undefined })),
    compared: {
      count: last.counts[list],
      new: [...now].filter((id) => before[id] === undefined).length,
      gone: gone.length,
      gone_names: gone
        .map(([, name]) => name)
        .sort()
        .slice(0, MOST_LISTED),
    },
  };
}

function totalsOf({ credentials, uses }: ReportSource): ReportTotals {
  const count = (wanted: (one: ReportedCredential) => boolean) => credentials.filter(wanted).length;
  const sum = <T>(all: readonly T[], of: (one: T) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  const healths = HEALTHS.map((health) => [health, count((one) => one.health === health)]);
  return {
    credentials: credentials.length,
    broken: count(({ health }) => isBad(health)),
    by_health: Object.fromEntries(healths) as Record<Health, number>,
    tests: sum(credentials, ({ tests }) => tests),
    tests_ok: sum(credentials, ({ testsOk }) => testsOk),
    uses: sum(uses, (one) => one.uses),
    uses_failed: sum(uses, ({ failed }) => failed),
  };
}

/** What a report comes down to. */
export function reportInShort({ totals, lists }: Report): string {
  const due = lists.rotation_overdue.count + lists.rotation_due.count;
  return [
    `${totals.credentials} credentials, ${totals.broken} of them broken`,
    `${lists.broke.count} broke, ${lists.healed.count} healed`,
    `${lists.expired.count} expired, ${lists.expiring.count} end within 30 days`,
    `${due} to be rotated`,
  ].join('; ');
}
