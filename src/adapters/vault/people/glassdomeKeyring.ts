import { createSecretKey, type KeyObject } from 'node:crypto';
import { BrokerError } from '../../../domain/errors.js';
import type { Secret } from '../../../domain/secret.js';
import { MINUTE_MS } from '../../../domain/time/units.js';
import type { Log } from '../../../ports/runtime.js';
import type { Timers } from '../connection/timers.js';

/** How often the keys are read again; a key that was changed there is known within this time. */
const FRESH_MS = MINUTE_MS;
/** Until they could be read for the first time. */
const RETRY_MS = 2_000;

export interface KeyringOptions {
  /** Keys that do not change while the process runs, from files. */
  fixed: readonly string[];
  /** The current key and, for a while, the one before; from Vault. Left out, there are only the fixed ones. */
  read?: () => Promise<readonly Secret[]>;
  timers: Timers;
  log: Log;
}

/** The keys that Glassdome's tokens may be signed with. Where Vault can't be asked, those known before stay. */
export class GlassdomeKeyring {
  readonly #fixed: readonly KeyObject[];
  #read: readonly KeyObject[] = [];
  #stopped = false;

  constructor(private readonly options: KeyringOptions) {
    this.#fixed = options.fixed.map((key) => createSecretKey(Buffer.from(key, 'utf8')));
  }

  keys(): readonly KeyObject[] {
    return [...this.#fixed, ...this.#read];
  }

  /** Reads the keys and goes on doing so. Rejects when the one in Vault must not be trusted; a Vault that is away is waited for. */
  async start(): Promise<void> {
    const { read } = this.options;
    if (read !== undefined) this.#next(await this.#tryRead(read), read);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** False when Vault could not be asked. */
  async #tryRead(read: () => Promise<readonly Secret[]>): Promise<boolean> {
    try {
      const keys = await read();
      this.#read = keys.map((key) => createSecretKey(Buffer.from(key.reveal(), 'utf8')));
      return true;
    } catch (error) {
      if (error instanceof BrokerError) return false;
      throw error;
    }
  }

  #next(done: boolean, read: () => Promise<readonly Secret[]>): void {
    this.options.timers.after(done ? FRESH_MS : RETRY_MS, () => {
      if (this.#stopped) return;
      void this.#tryRead(read).then(
        (again) => this.#next(again, read),
        (error: unknown) => {
          const why = error instanceof Error ? error.message : 'unknown';
          this.options.log.error('glassdome_key_refused', { why });
          this.#next(true, read);
        },
      );
    });
  }
}
