import type { GrantLevel } from '../../../domain/access/grant.js';
import type { Credential } from '../../../domain/credentials/credential.js';
import { type Columns, select } from './columns.js';

/** The columns of `broker.credentials`. */
export const CREDENTIAL: Columns<Credential> = {
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
};

/** All columns of `broker.credentials c`, for a select. */
export const CREDENTIAL_COLUMNS = select(CREDENTIAL, 'c');

/** A row of an outer join, whose columns are null together where it found none. */
export type Outer<T> = { [Member in keyof T]: T[Member] | null };

/** The credential of an outer join, or null when it found none. */
export function credentialOrNull<T extends { id: string }>(row: Outer<T>): T | null {
  return row.id === null ? null : (row as T);
}

/** The level of a grant as the statements count it: 1 use, 2 read, 3 manage. */
export function levelOf(count: unknown): GrantLevel | null {
  return count === 3 ? 'manage' : count === 2 ? 'read' : count === 1 ? 'use' : null;
}
