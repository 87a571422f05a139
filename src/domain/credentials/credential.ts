import { DAY_MS } from '../time/units.js';
import type { ServiceType } from './serviceType.js';

/** `pending`: created, its value not yet known to be in Vault. `deleted` can be restored for 30 days. */
export const CREDENTIAL_STATUSES = [
  'pending',
  'active',
  'disabled',
  'deleted',
  'destroying',
  'destroyed',
] as const;
export type CredentialStatus = (typeof CREDENTIAL_STATUSES)[number];

/** The result of the last test. `limited`: logged in, but not fully usable. */
export const HEALTHS = ['ok', 'limited', 'rejected', 'unreachable', 'unchecked'] as const;
export type Health = (typeof HEALTHS)[number];

/** The origin of a version. `drift`: it was written directly in Vault. */
export const VERSION_SOURCES = ['api', 'cli', 'web', 'import', 'rotation', 'drift'] as const;
export type VersionSource = (typeof VERSION_SOURCES)[number];

/**
 * The state of a version in Vault when it was last compared. The first three are Vault's own words; `dropped`: Vault
 * no longer has it, as past `max_versions`. Only a destroyed one never comes back.
 */
export const VERSION_STATES = ['available', 'deleted', 'destroyed', 'dropped'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** How long a deleted credential can be restored before its value is destroyed in Vault. */
export const RESTORE_DAYS = 30;

/** Versions that Vault keeps of one credential unless an older one is active. */
export const MAX_VERSIONS = 20;

/**
 * `max_versions` of a path whose active version is `span` versions back: Vault drops the oldest version past it, which
 * must never be the active one, and other clients of Vault may write meanwhile.
 */
export function roomFor(span: number): number {
  return (Math.ceil(span / MAX_VERSIONS) + 1) * MAX_VERSIONS;
}

/** What its people want to be reminded of, where it differs from what holds for all. */
export interface ReminderChoice {
  /** Days before the end. */
  expiryDays?: number[];
  /** Days without use; null: never. */
  unusedDays?: number | null;
  /** Of nothing at all. */
  muted?: boolean;
}

/** What people set on a credential besides its values. */
export interface Chosen {
  name: string;
  description: string;
  labels: Record<string, string>;
  /** Environment variable → field. */
  envNames: Record<string, string>;
  /** Null: as for all. */
  reminders: ReminderChoice | null;
  expiresAt: Date | null;
  /** Minutes between tests while all is well; null: as its service type has it. */
  testIntervalMinutes: number | null;
  /** Days between rotations, or null when none is asked for. */
  rotationIntervalDays: number | null;
}

/** What holds where nobody chose. */
export const NOTHING_CHOSEN: Chosen = {
  name: '',
  description: '',
  labels: {},
  envNames: {},
  reminders: null,
  expiresAt: null,
  testIntervalMinutes: null,
  rotationIntervalDays: null,
};

/** Those members of a request that choose something. */
export function chosenIn(request: Partial<Chosen>): Partial<Chosen> {
  const given = Object.entries(request).filter(
    ([name, value]) => name in NOTHING_CHOSEN && value !== undefined,
  );
  return Object.fromEntries(given);
}

/** What a read of the value needs. */
export type ReadableCredential = Pick<
  Credential,
  | 'id'
  | 'name'
  | 'serviceType'
  | 'owner'
  | 'status'
  | 'vaultPath'
  | 'activeVersion'
  | 'activeCreatedTime'
  | 'secretFields'
>;

/** All that Postgres knows of a credential. No secret is in it. */
export interface Credential extends Chosen {
  id: string;
  serviceType: ServiceType;
  /** A principal. */
  owner: string;
  /** Path below the KV mount; made once, a rename does not move it. Never shown to callers. */
  vaultPath: string;
  activeVersion: number | null;
  /** `created_time` of the active version as Vault wrote it (RFC 3339, nanoseconds): proves it is the same one. */
  activeCreatedTime: string | null;
  latestVersion: number;
  /** The active version's fields that are not secret. */
  settings: Record<string, string>;
  /** Names of the active version's secret fields. */
  secretFields: string[];
  status: CredentialStatus;
  health: Health;
  lastTestedAt: Date | null;
  lastTestCode: string | null;
  identity: string | null;
  nextTestAt: Date | null;
  /** Grows with each test that is enqueued or kept: a result under an older number is stale. */
  testGeneration: number;
  /** Keyed hash of destination, account and secret of the last tested version; null before the first test. */
  accountKey: string | null;
  expiresSource: 'provider' | 'user' | null;
  lastRotatedAt: Date | null;
  nextRotationAt: Date | null;
  /** Grows with every change; the ETag of the metadata. */
  revision: number;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
  deletedAt: Date | null;
  deletedBy: string | null;
}

/** One version as Postgres knows it; its number is Vault's. */
export interface CredentialVersion {
  credentialId: string;
  version: number;
  /** Vault's `created_time`. */
  createdTime: string;
  settings: Record<string, string>;
  secretFields: string[];
  changedFields: string[];
  author: string;
  reason: string | null;
  source: VersionSource;
  /** Keyed hash (transit HMAC) of all fields: shows whether two versions hold the same. */
  fingerprint: string;
  state: VersionState;
  recordedAt: Date;
}

/**
 * The path of a new credential below the KV mount: `<type>/<slug>-<8 of the id>`, so that people in the Vault UI
 * find it by name. Only `[a-z0-9_-]` ever comes out, whatever the name holds.
 */
export function vaultPathFor(serviceType: ServiceType, name: string, id: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
    .replace(/^-+|-+$/g, '');
  return `${serviceType}/${slug === '' ? 'credential' : slug}-${id.slice(0, 8)}`;
}

/** When the next rotation is due, counted from the last one (or from now where there was none); null: never. */
export function nextRotation(from: Date, intervalDays: number | null): Date | null {
  return intervalDays === null ? null : new Date(from.getTime() + intervalDays * DAY_MS);
}

/** Until then a deleted credential can be restored; afterwards its value is destroyed. */
export function restorableUntil(credential: Pick<Credential, 'deletedAt'>): Date {
  return new Date((credential.deletedAt?.getTime() ?? 0) + RESTORE_DAYS * DAY_MS);
}
