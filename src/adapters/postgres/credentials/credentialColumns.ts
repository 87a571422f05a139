import type { Grant } from '../../../domain/access/grant.js';
import type { CredentialVersion } from '../../../domain/credentials/credential.js';
import type { UsageRow } from '../../../ports/credentials.js';
import type { OpenIntent, WriteIntent } from '../../../ports/writing.js';
import type { Columns } from '../core/columns.js';

/** The columns of `broker.credential_versions`. */
export const VERSION: Columns<CredentialVersion> = {
  credentialId: 'credential_id',
  version: 'version',
  createdTime: 'created_time',
  settings: 'settings',
  secretFields: 'secret_fields',
  changedFields: 'changed_fields',
  author: 'author',
  reason: 'reason',
  source: 'source',
  fingerprint: 'fingerprint',
  state: 'state',
  recordedAt: 'recorded_at',
};

/** The columns of `broker.grants` that say who may what. */
export const GRANT: Columns<Grant> = {
  subjectKind: 'subject_kind',
  subject: 'subject',
  level: 'level',
  expiresAt: 'expires_at',
};

/** The columns of `broker.credential_usage`. */
export const USAGE: Columns<UsageRow> = {
  credentialId: 'credential_id',
  usedBy: 'used_by',
  usedAt: 'used_at',
  success: 'success',
  errorCode: 'error_code',
  purpose: 'purpose',
  caller: 'caller',
  reported: 'reported',
};

/** The columns of `broker.write_intents` that need no long read. */
export const OPEN_INTENT: Columns<OpenIntent> = {
  id: 'id',
  credentialId: 'credential_id',
  kind: 'kind',
  expectedVersion: 'expected_version',
  actor: 'actor',
  createdAt: 'created_at',
};

/** The columns of `broker.write_intents`. */
export const INTENT: Columns<WriteIntent> = {
  ...OPEN_INTENT,
  fingerprint: 'fingerprint',
  settings: 'settings',
  secretFields: 'secret_fields',
  changedFields: 'changed_fields',
  requestId: 'request_id',
  reason: 'reason',
  source: 'source',
  patch: 'patch',
};
