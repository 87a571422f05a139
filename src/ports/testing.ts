/** Tests of credentials: what they found, and the calls that they make. */

import type { Credential, Health } from '../domain/credentials/credential.js';
import type { HealthNotes } from '../domain/notices/dueNotices.js';
import type { Probe } from '../domain/testing/outbound.js';
import type { WayStep } from '../domain/testing/testProgress.js';
import type { ShownCertificate, TestCode, TestRun } from '../domain/testing/testResult.js';
import type { HealthMark } from '../domain/testing/uptime.js';
import type { Page, PageRequest } from './page.js';

/** The one way to systems that are not the broker's own: TLS choice, deadline, byte cap, address policy, turn by turn. */
export interface Outbound {
  /**
   * `deadlineMs` counts from the first connection, all requests together; `waitMs` is how long it may wait for its
   * turn at a busy host, where those on whose behalf it is (`lane`) take turns. Close it, whatever came of it.
   */
  open(deadlineMs: number, waitMs: number, lane?: string, watch?: OutboundWatch): OutboundSession;
}

/** Who watches a session. */
export interface OutboundWatch {
  /** A connection got so far; `service`: the first answer began. */
  reached(step: WayStep, secure: boolean): void;
  /** Ends the session. */
  signal: AbortSignal;
}

/** Turns at hosts, shared by all processes: at most two at a host at once. */
export interface HostSlots {
  /**
   * Resolves with what gives the turn back (and never rejects), or null when all turns are taken. One that is not given
   * back ends after `leaseMs`.
   */
  take(host: string, leaseMs: number): Promise<(() => Promise<void>) | null>;
}

export interface OutboundSession extends Probe {
  /** True once a host had no turn for it. */
  readonly turnedAway: boolean;
  /** `host:port → addresses` of what was looked at, also when it was refused. */
  readonly contacted: readonly string[];
  /**
   * What the host of an https address shows in a handshake, its own certificate first. Nobody vouches for it, and no
   * request is sent. Rejects with `OutboundFailure`.
   */
  certificates(url: URL): Promise<readonly ShownCertificate[]>;
  close(): Promise<void>;
}

/** Columns that a test sets. */
export type TestedPatch = Pick<Credential, 'health' | 'lastTestedAt' | 'lastTestCode'> &
  Partial<
    Pick<
      Credential,
      'identity' | 'expiresAt' | 'expiresSource' | 'nextTestAt' | 'testGeneration' | 'accountKey'
    >
  >;

export interface HealthTotals {
  credentials: Partial<Record<Health, number>>;
  paused: number;
  tests: Partial<Record<TestCode, number>>;
}

/** Runs of tests. */
export interface TestReads {
  /** Newest first. */
  testRuns(credentialId: string, page: PageRequest): Promise<Page<TestRun>>;
  /** How the service refused this account; null if it did not, or has accepted it since. */
  lastRejection(accountKey: string): Promise<TestCode | null>;
}

/** How the health of credentials went. */
export interface HealthReads {
  /** The health by the tests of the version that was active then, from what was true at `from` on; each state once. */
  healthHistory(
    credentialId: string,
    from: Date,
    to: Date,
  ): Promise<{ since: Date | null; marks: HealthMark[] }>;
  /** Active credentials by health, those whose tests are paused after a refusal, and all tests ever by code. */
  healthTotals(): Promise<HealthTotals>;
}

/** Results of tests. */
export interface TestWrites {
  insertTestRun(run: TestRun): Promise<void>;
  /** What a test found out about the active version. Leaves `revision` and `updated_at`: nobody changed anything. */
  setTested(credentialId: string, found: TestedPatch): Promise<void>;
  /** As they are in this transaction. */
  healthNotes(credentialId: string): Promise<HealthNotes>;
  refusedAccount(accountKey: string, code: TestCode, at: Date): Promise<void>;
  acceptedAccount(accountKey: string): Promise<void>;
  /**
   * Makes the others that sign in alike due at `at`: after a refusal those whose tests go on, after a success those
   * that are paused. What others hold locked is left out.
   */
  rescheduleSameAccount(
    tested: { id: string; accountKey: string; accepted: boolean },
    at: Date,
  ): Promise<void>;
}
