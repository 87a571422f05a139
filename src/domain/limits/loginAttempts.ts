import { BrokerError } from '../errors.js';
import { MINUTE_MS } from '../time/units.js';
import { Brake } from './brake.js';
import { FairLine } from './fairLine.js';
import { KeyedTally } from './keyedTally.js';
import { networkOf } from './network.js';

export interface AttemptLimits {
  /** Wrong attempts at one account from one address; each further one doubles the wait. */
  perAccountAndAddress: number;
  /** Wrong attempts at one account in an hour, from whatever addresses; beyond that they go one by one. 0: no bound. */
  perAccount: number;
  /** Wrong attempts from one address in a minute, at whatever accounts; beyond that they go one by one. 0: no bound. */
  perAddress: number;
}

/** An attempt that has its turn. */
export interface Attempt {
  ended(right: boolean): void;
  /** Must be called once, whatever happened. */
  leave(): void;
}

const HOUR_MS = 60 * MINUTE_MS;
const MAX_WAIT_MS = 15 * MINUTE_MS;
/** Where a login succeeded, guesses from other addresses slow nobody down for this time. */
const KNOWN_MS = 30 * 24 * HOUR_MS;
const PATIENCE_MS = 20_000;
/** Vault's hash of a password takes a core for some 100 ms. */
const PASSWORDS = { atOnce: 4, perLane: 100, most: 1_000 };
const SECRETS = { atOnce: 16, perLane: 1_000, most: 10_000 };
/** Logins with an issuer wait for that issuer, which nothing else must wait for. */
const FLOWS = { atOnce: 32, perLane: 20, most: 500 };
const ONE_BY_ONE = { atOnce: 1, perLane: 20, most: 20 };

/**
 * Slows down guessing, in the memory of this process. Failures count, successful attempts don't, however many. What
 * is counted is the account together with the address (IPv6: the /56), so that an attacker elsewhere cannot block the
 * owner; in addition each account and each address has a brake that lets attempts begin one after the other. Names
 * that do not exist are treated like the others.
 */
export class LoginAttempts {
  readonly #pairs: KeyedTally;
  readonly #known = new KeyedTally(KNOWN_MS, 1);
  readonly #lines = new Map<string, FairLine>();
  readonly #accounts: Brake;
  readonly #addresses: Brake;
  readonly #wrongSecrets: KeyedTally;
  readonly #passwords = new FairLine(PASSWORDS);
  readonly #secrets = new FairLine(SECRETS);
  readonly #flows = new FairLine(FLOWS);

  /** @param now milliseconds of the epoch. @param spacingMs between attempts at an account whose brake is on. */
  constructor(
    private readonly limits: AttemptLimits,
    private readonly now: () => number,
    spacingMs = 1_000,
  ) {
    const { perAccountAndAddress, perAccount, perAddress } = limits;
    this.#pairs = new KeyedTally(HOUR_MS / perAccountAndAddress, perAccountAndAddress + 12);
    this.#wrongSecrets = new KeyedTally(MINUTE_MS / Math.max(1, perAddress), 2 * perAddress + 1);
    this.#accounts = new Brake({ free: perAccount, windowMs: HOUR_MS, spacingMs, line: 10 });
    this.#addresses = new Brake({
      free: perAddress,
      windowMs: MINUTE_MS,
      spacingMs: spacingMs / 4,
      line: 40,
    });
  }

  /** Resolves when a password may be checked. Rejects with `rate_limited` where it may not now. */
  async password(account: string, ip: string): Promise<Attempt> {
    const network = networkOf(ip);
    const pair = pairOf(account, network);
    const ends: (() => void)[] = [];
    const leave = (): void => {
      for (const end of ends.splice(0).reverse()) end();
    };
    try {
      // One by one, so that guesses sent at once don't all pass before the first has failed.
      ends.push(await this.#alone(pair));
      this.#refuseWaiting(pair);
      if (this.#known.of(pair, this.now()).level === 0) {
        ends.push(entered(await this.#accounts.enter(account, network, this.now())));
        ends.push(entered(await this.#addresses.enter(network, account, this.now())));
      }
      ends.push(placed(await this.#passwords.take(network, PATIENCE_MS)));
    } catch (error) {
      leave();
      throw error;
    }
    return { leave, ended: (right) => this.#ended({ account, network, pair, right }) };
  }

  /**
   * Resolves with what ends it, when a secret of 256 random bits may be checked: that always happens, so that wrong ones never
   * keep a right one out, from the same address neither. Accounts of an address take turns.
   */
  async secret(account: string, ip: string): Promise<() => void> {
    return placed(await this.#secrets.take(pairOf(account, networkOf(ip)), PATIENCE_MS));
  }

  /** Resolves with what ends it, when a login with an issuer may go on; addresses take turns. */
  async flow(ip: string): Promise<() => void> {
    return placed(await this.#flows.take(networkOf(ip), PATIENCE_MS));
  }

  /** Counts a wrong secret; `rate_limited` when there were too many, else null. */
  wrongSecret(account: string, ip: string): BrokerError | null {
    const network = networkOf(ip);
    const at = this.now();
    const level = Math.round(this.#pairs.add(pairOf(account, network), at).level);
    const all = Math.round(this.#wrongSecrets.add(network, at).level);
    const { perAccountAndAddress, perAddress } = this.limits;
    if (level > perAccountAndAddress) return tooMany(waitAfter(level, perAccountAndAddress));
    return perAddress > 0 && all > perAddress ? tooMany(MINUTE_MS) : null;
  }

  #refuseWaiting(pair: string): void {
    const free = this.limits.perAccountAndAddress;
    const { level, at } = this.#pairs.last(pair);
    const counted = Math.round(level);
    const waitMs = counted < free ? 0 : at + waitAfter(counted, free) - this.now();
    if (waitMs > 0) throw tooMany(waitMs);
  }

  #ended({ account, network, pair, right }: Ended): void {
    const at = this.now();
    if (right) {
      this.#pairs.forget(pair);
      this.#known.add(pair, at);
      return;
    }
    this.#pairs.add(pair, at);
    this.#accounts.failed(account, at);
    this.#addresses.failed(network, at);
  }

  async #alone(pair: string): Promise<() => void> {
    const line = this.#lines.get(pair) ?? new FairLine(ONE_BY_ONE);
    this.#lines.set(pair, line);
    const leave = placed(await line.take('', PATIENCE_MS));
    return () => {
      leave();
      if (line.isIdle) this.#lines.delete(pair);
    };
  }
}

interface Ended {
  account: string;
  network: string;
  pair: string;
  right: boolean;
}

const pairOf = (account: string, network: string) => `${network}|${account}`;

/** The first that is not free waits a second, each further one twice as long. */
function waitAfter(level: number, free: number): number {
  return Math.min(MAX_WAIT_MS, 1000 * 2 ** Math.max(0, level - free));
}

function entered(entry: (() => void) | number): () => void {
  if (typeof entry === 'number') throw tooMany(entry);
  return entry;
}

function placed(leave: (() => void) | null): () => void {
  if (leave === null) throw tooMany(2_000);
  return leave;
}

function tooMany(waitMs: number): BrokerError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const detail = `Too many wrong attempts. Wait ${retryAfterSeconds} s, then try again.`;
  return new BrokerError('rate_limited', { detail, retryAfterSeconds });
}
