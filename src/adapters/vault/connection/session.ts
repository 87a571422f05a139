import { MINUTE_MS } from '../../../domain/time/units.js';
import type { Log } from '../../../ports/runtime.js';
import { type VaultClient, VaultUnreachable } from './client.js';
import { type Lease, type LoginMethod, leaseOf, logIn } from './login.js';
import { LoginRefused } from './loginRefused.js';
import type { Timers } from './timers.js';
import { UnwrapRefused } from './wrappedSecretId.js';

export interface SessionOptions {
  /** A client whose own token is not used: the session always names the token. */
  client: VaultClient;
  login: LoginMethod;
  timers: Timers;
  log: Log;
  /** Name of the role, for the log. */
  role: string;
  /** The variable that names the file that the login reads, for the log. */
  fileVariable?: string | undefined;
}

/** A token that was asked for less than this ago is not the reason of a refusal, as long as Vault knows it. */
const FRESH_MS = MINUTE_MS;

/**
 * Our login to Vault: one token, renewed at two thirds of its life, replaced before its end. A failure backs off and
 * goes on with the token that is there. Nothing in here keeps the process alive.
 */
export class Session {
  #lease: Lease | null = null;
  #obtainedAtMs = 0;
  /** The life that a login gave; a renewal that gives less shows that the longest life is near. */
  #fullTtlSeconds = 0;
  #failures = 0;
  #refusedUntilMs = 0;
  #closed = false;
  #loggingIn: Promise<boolean> | null = null;
  #cancel: () => void = () => undefined;

  constructor(private readonly options: SessionOptions) {}

  token(): string | null {
    return this.#lease?.token ?? null;
  }

  /** Seconds that the token still lives; 0 without one, `Infinity` for one that does not end. */
  secondsLeft(): number {
    if (this.#lease === null) return 0;
    if (this.#lease.ttlSeconds === 0) return Number.POSITIVE_INFINITY;
    const age = (this.options.timers.nowMs() - this.#obtainedAtMs) / 1_000;
    return Math.max(0, Math.floor(this.#lease.ttlSeconds - age));
  }

  /** The first login. False when it failed; it is then retried automatically. Never rejects. */
  start(): Promise<boolean> {
    return this.#logInOnce();
  }

  /**
   * After a 403 with `refused`: true when another token is in hand now, so that one more try makes sense. Many
   * callers at once cause one login. A fresh token that Vault still knows is left: then the policy is too narrow.
   */
  async replace(refused: string | null): Promise<boolean> {
    if (this.token() !== refused) return this.token() !== null;
    if (this.#loggingIn !== null) return this.#loggingIn;
    this.#loggingIn = this.#judgeAndLogIn(refused).finally(() => {
      this.#loggingIn = null;
    });
    return this.#loggingIn;
  }

  /** True when Vault knows our token, after a new login if need be. For probes. */
  async verify(): Promise<boolean> {
    const token = this.token();
    const status = token === null ? 403 : await this.#lookUp(token);
    if (status !== 403) return status === 200;
    // Refused logins wait out their own pause; a probe must not shorten it.
    if (this.options.timers.nowMs() < this.#refusedUntilMs) return false;
    return this.#logInOnce();
  }

  /** Ends the token in Vault. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    const token = this.token();
    this.#lease = null;
    // A token that the operator provided is not revoked here.
    if (token === null || this.options.login.kind === 'token') return;
    try {
      await this.options.client.request('POST', 'auth/token/revoke-self', {}, { token });
    } catch (error) {
      this.#warn('vault_revoke_failed', error);
    }
  }

  async #judgeAndLogIn(refused: string | null): Promise<boolean> {
    const { timers } = this.options;
    const status = refused === null ? 403 : await this.#lookUp(refused);
    if (status === 403 && this.token() === refused) this.#lease = null;
    const policyTooNarrow = status === 200 && timers.nowMs() - this.#obtainedAtMs < FRESH_MS;
    const unclear = status !== 200 && status !== 403;
    if (policyTooNarrow || unclear || timers.nowMs() < this.#refusedUntilMs) return false;
    return this.#logIn();
  }

  /** The status of a look at the token; 0 when no answer came. */
  async #lookUp(token: string): Promise<number> {
    try {
      return (await this.options.client.request('GET', 'auth/token/lookup-self', undefined, { token }))
        .status;
    } catch (error) {
      if (error instanceof VaultUnreachable) return 0;
      throw error;
    }
  }

  #logInOnce(): Promise<boolean> {
    this.#loggingIn ??= this.#logIn().finally(() => {
      this.#loggingIn = null;
    });
    return this.#loggingIn;
  }

  async #logIn(): Promise<boolean> {
    try {
      const lease = await logIn(this.options.client, this.options.login);
      this.#fullTtlSeconds = lease.ttlSeconds;
      this.#adopt(lease);
      this.options.log.info('vault_login', { role: this.options.role, ttlSeconds: lease.ttlSeconds });
      return true;
    } catch (error) {
      this.#retryLater(error, error instanceof UnwrapRefused ? 'vault_unwrap_refused' : 'vault_login_failed');
      return false;
    }
  }

  async #renew(): Promise<void> {
    const token = this.token();
    if (token === null || this.#lease?.renewable !== true) return void (await this.#logInOnce());
    try {
      const lease = leaseOf(
        await this.options.client.request('POST', 'auth/token/renew-self', {}, { token }),
      );
      this.#adopt(lease);
      if (lease.ttlSeconds < this.#fullTtlSeconds * 0.9) await this.#logInOnce();
    } catch (error) {
      if (error instanceof LoginRefused) await this.#logInOnce();
      else this.#retryLater(error, 'vault_renewal_failed');
    }
  }

  #adopt(lease: Lease): void {
    this.#lease = lease;
    this.#obtainedAtMs = this.options.timers.nowMs();
    this.#failures = 0;
    if (lease.ttlSeconds === 0) return;
    const jitter = 0.9 + this.options.timers.random() * 0.2;
    this.#schedule(((lease.ttlSeconds * 1_000 * 2) / 3) * jitter);
  }

  /** 1 s, 2 s, 4 s … 30 s, each ± half: a Vault that comes back must not meet all processes at once. */
  #retryLater(error: unknown, event: string): void {
    this.#warn(event, error);
    const delayMs = Math.min(30_000, 1_000 * 2 ** this.#failures);
    this.#failures += 1;
    const jittered = delayMs * (0.5 + this.options.timers.random());
    if (isRefusal(error)) this.#refusedUntilMs = this.options.timers.nowMs() + jittered;
    this.#schedule(jittered);
  }

  #schedule(delayMs: number): void {
    this.#cancel();
    if (this.#closed) return;
    this.#cancel = this.options.timers.after(delayMs, () => void this.#renew());
  }

  #warn(event: string, error: unknown): void {
    const { role, log, fileVariable: variable } = this.options;
    const left = this.secondsLeft();
    const secondsLeft = Number.isFinite(left) ? left : null;
    const status = error instanceof LoginRefused ? error.status : null;
    const unreadable = error instanceof LoginRefused ? error.unreadable : undefined;
    log.error(event, {
      role,
      reason: reasonOf(error),
      status,
      ...(unreadable && { variable, ...unreadable }),
      secondsLeft,
    });
  }
}

function reasonOf(error: unknown): string | null {
  if (error instanceof VaultUnreachable) return error.reason;
  if (error instanceof UnwrapRefused) return error.why;
  return error instanceof LoginRefused ? error.reason : null;
}

/** Vault understood and said no, or there was nothing to show: trying at once again would not help. */
function isRefusal(error: unknown): boolean {
  return error instanceof LoginRefused && (error.status === null || error.status < 500);
}
