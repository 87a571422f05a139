/** The one way to systems that are not the broker's own. */
import type { Probe } from '../domain/testing/outbound.js';
import type { ShownCertificate } from '../domain/testing/testResult.js';

/** The one way to systems that are not the broker's own: TLS choice, deadline, byte cap, address policy, turn by turn. */
export interface Outbound {
  /**
   * `deadlineMs` counts from the first connection, all requests together; `waitMs` is how long it may wait for its
   * turn at a busy host, where those on whose behalf it is (`lane`) take turns. Close it, whatever came of it.
   */
  open(deadlineMs: number, waitMs: number, lane?: string): OutboundSession;
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
