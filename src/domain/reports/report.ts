import type { Health } from '../credentials/credential.js';
import type { ServiceType } from '../credentials/serviceType.js';
import type { FindingKind } from '../reconcile/discrepancy.js';

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
  /** Use that services reported within the period. */
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

/** How often a credential was used within the period, and for which consumer. */
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
  /** The previous report of the same schedule; null for the first, and for one that was requested manually. */
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

/** `1 credential`, `2 credentials`. */
export const credentialsOf = (count: number): string =>
  `${count} ${count === 1 ? 'credential' : 'credentials'}`;

/** What a report comes down to. */
export function reportInShort({ totals, lists }: Report): string {
  const due = lists.rotation_overdue.count + lists.rotation_due.count;
  return [
    `${credentialsOf(totals.credentials)}, ${totals.broken} of them not working`,
    `${lists.broke.count} broke, ${lists.healed.count} healed`,
    `${lists.expired.count} expired, ${lists.expiring.count} expiring within 30 days`,
    `${due} due for rotation`,
  ].join('; ');
}
