/** Intents of writes, and answers that are kept for a repeated request. */
import type { CredentialVersion } from '../domain/credentials/credential.js';
import type { CredentialPatch } from './credentials.js';

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

/** An open intent without what was meant to be written, which may be long. */
export type OpenIntent = Pick<
  WriteIntent,
  'id' | 'credentialId' | 'kind' | 'expectedVersion' | 'actor' | 'createdAt'
>;

/** Writes that were begun and not finished. */
export interface IntentReads {
  /** Of those that were opened before: whose credential and since when. */
  openIntents(olderThan: Date): Promise<OpenIntent[]>;
  openIntent(credentialId: string): Promise<WriteIntent | null>;
}

/** Begins and ends writes. */
export interface IntentWrites {
  /** Rejects with `conflict` when another intent is open for the credential. */
  openIntent(intent: WriteIntent): Promise<void>;
  closeIntent(id: string, outcome: 'completed' | 'abandoned', at: Date): Promise<void>;
}

export interface IdempotencyRecord {
  actor: string;
  key: string;
  /** Fingerprint of the request (purpose `idempotency`). */
  requestFingerprint: string;
  /** Set as soon as it is known, so that a retry after a crash can go on with it. */
  credentialId: string | null;
  state: 'in_progress' | 'done';
  /** Until then another request with the same key gets `idempotency_in_progress`. */
  lockedUntil: Date;
  /** The stored answer; holds no secret. */
  response: { status: number; body: unknown } | null;
}

/** A claim of a key by one caller. */
export type IdempotencyClaim = Omit<IdempotencyRecord, 'state' | 'response'>;

/**
 * Who holds which key. One statement each and no audit row: a claim is bookkeeping, and what it guards is audited where
 * it happens. `IdempotencyWrites` finishes and releases keys together with that.
 */
export interface IdempotencyKeys {
  /**
   * Null when the key is ours now; else the record that was there (also when its lock ran out, after taking the lock
   * over: `state` is `in_progress` and `resumed` true).
   */
  claim(claim: IdempotencyClaim, now: Date): Promise<(IdempotencyRecord & { resumed: boolean }) | null>;
  /** What the first request began was undone: a claim that was taken over goes on with another credential. */
  restart(claim: IdempotencyClaim): Promise<void>;
}

/** What becomes of a claimed key. */
export interface IdempotencyWrites {
  /** Keeps the answer. */
  finishIdempotency(actor: string, key: string, response: IdempotencyRecord['response']): Promise<void>;
  /** The key is free again, unless an answer is kept under it. */
  releaseIdempotency(actor: string, key: string): Promise<void>;
}
