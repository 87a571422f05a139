import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Client } from 'undici';
import {
  type OutboundAnswer,
  OutboundFailure,
  type OutboundRequest,
  type TlsChoice,
} from '../../domain/testing/outbound.js';
import type { WayStep } from '../../domain/testing/testProgress.js';
import type { ShownCertificate } from '../../domain/testing/testResult.js';
import type { Clock } from '../../ports/runtime.js';
import type { HostSlots, Outbound, OutboundSession, OutboundWatch } from '../../ports/testing.js';
import type { Endpoint } from './addressPolicy.js';
import { addressPolicy } from './addressPolicy.js';
import { chainOf, type Destination, dial } from './dial.js';
import { exchange } from './exchange.js';
import { HostQueue } from './hostQueue.js';
import { addressesOf, type Resolve } from './names.js';
import { asFailure } from './reasons.js';

export interface OutboundOptions {
  clock: Clock;
  /** Ranges in CIDR form that are allowed in addition to public addresses (`OUTBOUND_ALLOW_CIDRS`). */
  allowCidrs: readonly string[];
  /** Where the broker itself, Vault and Postgres are: never. Rejects with `OutboundFailure` while that is unknown. */
  forbidden(): Promise<readonly Endpoint[]>;
  /** Tests of one host at once by this process. Default 2. */
  perHost?: number;
  /** Turns that processes share. Left out: this process has hosts for itself. */
  hostSlots?: HostSlots;
  /** All addresses of a name. Default: the system's resolver. */
  resolve?: Resolve;
  /** A longer answer ends the test. Default 1 MiB. */
  maxAnswerBytes?: number;
}

const MAX_ADDRESSES = 4;
/** Beyond its deadline a test only closes what it opened. */
const LEASE_BEYOND_MS = 5_000;
const SYSTEM: TlsChoice = { mode: 'system' };

/** The only way from the broker to systems that are not its own. */
export function createOutbound(options: OutboundOptions): Outbound {
  const turns = new HostQueue(options);
  return {
    open: (deadlineMs, waitMs, lane = '', watch) =>
      new Session({ options, turns, deadlineMs, waitMs, lane, watch }),
  };
}

interface Parts {
  options: OutboundOptions;
  turns: HostQueue;
  deadlineMs: number;
  waitMs: number;
  lane: string;
  watch: OutboundWatch | undefined;
}

/** One test: a name is resolved once, and each origin has one connection. */
class Session implements OutboundSession {
  readonly contacted: string[] = [];
  readonly #parts: Parts;
  readonly #ending = new AbortController();
  readonly #lines = new Map<string, Promise<Line>>();
  readonly #held = new Map<string, Promise<() => Promise<void>>>();
  readonly #names = new Map<string, Promise<string[]>>();
  #turnedAway = false;
  #timer: NodeJS.Timeout | undefined;
  #endsAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    const gone = parts.watch?.signal;
    if (gone?.aborted === true) this.#ending.abort();
    gone?.addEventListener('abort', () => this.#ending.abort(), { once: true });
  }

  get turnedAway(): boolean {
    return this.#turnedAway;
  }

  now(): Date {
    return this.#parts.options.clock.now();
  }

  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const { signal } = this.#ending;
    let line: Line | undefined;
    try {
      line = await this.#lineFor(request);
      return await exchange(line.client, request, {
        maxBytes: this.#parts.options.maxAnswerBytes ?? 1_048_576,
        signal,
        begun: () => this.#reached('service', request.url),
      });
    } catch (error) {
      // TLS 1.3 refuses a client certificate after the handshake: only the socket knows why it broke.
      throw error instanceof OutboundFailure ? error : asFailure(line?.broke ?? error, signal);
    }
  }

  async certificates(url: URL): Promise<readonly ShownCertificate[]> {
    try {
      const to = { ...(await this.#destination(url)), tls: { mode: 'insecure' } as const };
      const socket = await dial(to, this.#ending.signal);
      const chain = socket instanceof TLSSocket ? chainOf(socket) : [];
      socket.destroy();
      return chain;
    } catch (error) {
      throw asFailure(error, this.#ending.signal);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ending.abort();
    for (const line of await Promise.allSettled(this.#lines.values()))
      if (line.status === 'fulfilled') await line.value.client.destroy();
    for (const held of await Promise.allSettled(this.#held.values()))
      if (held.status === 'fulfilled') await held.value();
  }

  #lineFor({ url, tls = SYSTEM }: OutboundRequest): Promise<Line> {
    if (this.#ending.signal.aborted) throw new OutboundFailure('timed_out');
    // With and without a client certificate we are different clients.
    const key = `${url.origin} ${tls.clientCertPem === undefined}`;
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line = this.#connect(url, tls);
    this.#lines.set(key, line);
    return line;
  }

  async #connect(url: URL, tls: TlsChoice): Promise<Line> {
    const reached = (step: 'address' | 'tls') => this.#reached(step, url);
    const to = { ...(await this.#destination(url)), tls, reached };
    return lineTo(url, (signal) => dial(to, signal), this.#ending);
  }

  #reached(step: WayStep, { protocol }: URL): void {
    this.#parts.watch?.reached(step, protocol === 'https:');
  }

  /** Where the address leads, looked up, allowed, and with a turn taken there. */
  async #destination(url: URL): Promise<Omit<Destination, 'tls'>> {
    const { options, deadlineMs } = this.#parts;
    if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
      throw new OutboundFailure('bad_url');
    const secure = url.protocol === 'https:';
    const port = Number(url.port) || (secure ? 443 : 80);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    this.#reached('settings', url);
    const addresses = await this.#resolved(host);
    this.#reached('name', url);
    this.contacted.push(`${host}:${port} → ${addresses.join(' ')}`);
    const { allowCidrs } = options;
    const policy = addressPolicy({ allowCidrs, forbidden: await options.forbidden() });
    if (!addresses.every((address) => policy.allows(address, port)))
      throw new OutboundFailure('denied_by_policy');
    await this.#takeTurn([...addresses].sort()[0] ?? host);
    // Waiting for a first turn is not the host's fault: its time begins here.
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#ending.abort(), deadlineMs);
      this.#endsAt = this.now().getTime() + deadlineMs;
    }
    return { host, port, addresses: addresses.slice(0, MAX_ADDRESSES), secure, allowed: policy.allows };
  }

  /** A caller that already holds a turn keeps others waiting: for another one it waits no longer than it may work. */
  #patienceMs(): number {
    const { waitMs } = this.#parts;
    if (this.#timer === undefined) return waitMs;
    return Math.max(0, Math.min(waitMs, this.#endsAt - this.now().getTime()));
  }

  /** The same addresses for each connection of the test, in the same order, so that it takes one turn there. */
  #resolved(host: string): Promise<string[]> {
    const addresses = this.#names.get(host) ?? addressesOf(host, this.#parts.options.resolve);
    this.#names.set(host, addresses);
    return addresses;
  }

  /** By address, so that two names of a host count as one. */
  async #takeTurn(key: string): Promise<void> {
    const { turns, deadlineMs, lane } = this.#parts;
    const limits = { waitMs: this.#patienceMs(), leaseMs: deadlineMs + LEASE_BEYOND_MS, lane };
    const turn = this.#held.get(key) ?? turns.take(key, limits);
    this.#held.set(key, turn);
    try {
      await turn;
    } catch (error) {
      // Behind the first turn something was sent already.
      if (this.#timer === undefined) this.#turnedAway = true;
      throw error;
    }
  }
}

/** The one connection to an origin. */
interface Line {
  client: Client;
  /** The socket's own error, once there is one. */
  broke: unknown;
}

function lineTo(url: URL, open: (signal: AbortSignal) => Promise<Socket>, { signal }: AbortController): Line {
  const client = new Client(url.origin, {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (_options, done) => {
      open(signal).then(
        (socket) => {
          socket.once('error', (error) => {
            line.broke = error;
          });
          done(null, socket);
        },
        (error: unknown) => done(error as Error, null),
      );
    },
  });
  const line: Line = { client, broke: undefined };
  return line;
}
