import type { GrantLevel } from '../../../domain/access/grant.js';
import type { Credential } from '../../../domain/credentials/credential.js';
import type { Row, SqlValue } from './pools.js';
import { toSql } from './values.js';

/** Member of `Credential` → column. The one list of both. */
const COLUMN_OF = {
  id: 'id',
  name: 'name',
  serviceType: 'service_type',
  owner: 'owner',
  vaultPath: 'vault_path',
  activeVersion: 'active_version',
  activeCreatedTime: 'active_created_time',
  latestVersion: 'latest_version',
  settings: 'settings',
  secretFields: 'secret_fields',
  description: 'description',
  labels: 'labels',
  envNames: 'env_names',
  status: 'status',
  health: 'health',
  lastTestedAt: 'last_tested_at',
  lastTestCode: 'last_test_code',
  identity: 'identity',
  nextTestAt: 'next_test_at',
  testIntervalMinutes: 'test_interval_minutes',
  testGeneration: 'test_claim',
  accountKey: 'account_key',
  expiresAt: 'expires_at',
  expiresSource: 'expires_source',
  rotationIntervalDays: 'rotation_interval_days',
  lastRotatedAt: 'last_rotated_at',
  nextRotationAt: 'next_rotation_at',
  reminders: 'reminders',
  revision: 'revision',
  createdAt: 'created_at',
  createdBy: 'created_by',
  updatedAt: 'updated_at',
  updatedBy: 'updated_by',
  deletedAt: 'deleted_at',
  deletedBy: 'deleted_by',
} as const satisfies Record<keyof Credential, string>;

const MEMBERS = Object.keys(COLUMN_OF) as (keyof Credential)[];

/** All columns of `broker.credentials c`, for a select. */
export const CREDENTIAL_COLUMNS = MEMBERS.map((member) => `c.${COLUMN_OF[member]}`).join(', ');

/** Columns and values of the members that `part` has, in the same order. */
export function credentialValues(part: Partial<Credential>): { columns: string[]; values: SqlValue[] } {
  const given = MEMBERS.filter((member) => part[member] !== undefined);
  return {
    columns: given.map((member) => COLUMN_OF[member]),
    values: given.map((member) => toSql(part[member])),
  };
}

/** The credential of a row that has all its columns, or null when an outer join found none. */
export function credentialOrNull(row: Row): Credential | null {
  return row['id'] === null ? null : toCredential(row);
}

/** The credential of a row that has all its columns. */
export function toCredential(row: Row): Credential {
  return {
    id: row['id'],
    name: row['name'],
    serviceType: row['service_type'],
    owner: row['owner'],
    vaultPath: row['vault_path'],
    activeVersion: row['active_version'],
    activeCreatedTime: row['active_created_time'],
    latestVersion: row['latest_version'],
    settings: row['settings'],
    secretFields: row['secret_fields'],
    description: row['description'],
    labels: row['labels'],
    envNames: row['env_names'],
    status: row['status'],
    health: row['health'],
    lastTestedAt: row['last_tested_at'],
    lastTestCode: row['last_test_code'],
    identity: row['identity'],
    nextTestAt: row['next_test_at'],
    testIntervalMinutes: row['test_interval_minutes'],
    testGeneration: row['test_claim'],
    accountKey: row['account_key'],
    expiresAt: row['expires_at'],
    expiresSource: row['expires_source'],
    rotationIntervalDays: row['rotation_interval_days'],
    lastRotatedAt: row['last_rotated_at'],
    nextRotationAt: row['next_rotation_at'],
    reminders: row['reminders'],
    revision: row['revision'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
    updatedAt: row['updated_at'],
    updatedBy: row['updated_by'],
    deletedAt: row['deleted_at'],
    deletedBy: row['deleted_by'],
  } as Credential;
}

/** The level of a grant as the statements count it: 1 use, 2 read, 3 manage. */
export function levelOf(count: unknown): GrantLevel | null {
  return count === 3 ? 'manage' : count === 2 ? 'read' : count === 1 ? 'use' : null;
}
