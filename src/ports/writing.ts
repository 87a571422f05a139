import type { Credential, CredentialVersion } from '../domain/credentials/credential.js';

/** Columns of a credential that a change may set. Dates may be null. */
export type CredentialPatch = Partial<
  Pick<
    Credential,
    | 'name'
    | 'owner'
    | 'activeVersion'
    | 'activeCreatedTime'
    | 'latestVersion'
    | 'settings'
    | 'secretFields'
    | 'description'
    | 'labels'
    | 'envNames'
    | 'status'
    | 'health'
    | 'lastTestedAt'
    | 'lastTestCode'
    | 'identity'
    | 'nextTestAt'
    | 'testIntervalMinutes'
    | 'expiresAt'
    | 'expiresSource'
    | 'rotationIntervalDays'
    | 'lastRotatedAt'
    | 'nextRotationAt'
    | 'reminders'
    | 'deletedAt'
    | 'deletedBy'
  >
>;

export interface WriteIntent {
  id: string;
  credentialId: string;
  kind: 'create' | 'update' | 'rotate';
  expectedVersion: number;
  /** Fingerprint of the content that was to be written (purpose `content:<credential id>`). */
  fingerprint: string;
  settings: Record<string, string>;
  secretFields: string[];
  changedFields: string[];
  actor: string;
  requestId: string;
  reason: string | null;
  source: CredentialVersion['source'];
  createdAt: Date;
  /** Metadata that becomes true with the version (name, labels …), as `CredentialPatch`. */
  patch: CredentialPatch;
}

export interface IdempotencyRecord {
  actor: string;
  key: string;
  /** Fingerprint of the request (purpose `idempotency`). */
  requestFingerprint: string;
  /** Set as soon as it is known, so that a retry after a crash can go on with it. */
  credentialId: string | null;
  state: 'in_progress' | 'done';
  /** Until then another request with the same key is told `idempotency_in_progress`. */
  lockedUntil: Date;
  /** The stored answer; holds no secret. */
  response: { status: number; body: unknown } | null;
}

/** An open intent without what was meant to be written, which may be long. */
export type OpenIntent = Pick<
  WriteIntent,
  'id' | 'credentialId' | 'kind' | 'expectedVersion' | 'actor' | 'createdAt'
>;
