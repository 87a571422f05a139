import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Timers } from '../connection/timers.js';
import type { StoredData } from './kvAnswers.js';

/** More than these and the oldest goes. */
const MOST = 10_000;

interface Entry {
  endsAtMs: number;
  iv: Buffer;
  tag: Buffer;
  sealed: Buffer;
}

/**
 * Versions that were read recently, so that services that start together read Vault once. A version never changes:
 * only its deletion or destruction in Vault can be seen late. Rights, and which version is active, are checked each
 * time. Values are sealed here under a key of this process, and removed when they expire.
 */
export class VersionCache {
  readonly #entries = new Map<string, Entry>();
  readonly #key = randomBytes(32);
  #sweeping = false;

  constructor(
    private readonly ttlMs: number,
    private readonly timers: Timers,
  ) {}

  get(key: string): StoredData | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.endsAtMs <= this.timers.nowMs()) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, entry.iv).setAuthTag(entry.tag);
    return JSON.parse(Buffer.concat([decipher.update(entry.sealed), decipher.final()]).toString('utf8'));
  }

  put(key: string, stored: StoredData): void {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(stored), 'utf8'), cipher.final()]);
    this.#entries.delete(key);
    this.#entries.set(key, {
      endsAtMs: this.timers.nowMs() + this.ttlMs,
      iv,
      tag: cipher.getAuthTag(),
      sealed,
    });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST && oldest !== undefined) this.#entries.delete(oldest);
    this.#sweepLater();
  }

  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.timers.after(this.ttlMs, () => {
      this.#sweeping = false;
      // In the order in which they were put, so in that of their ends.
      for (const [key, { endsAtMs }] of this.#entries) {
        if (endsAtMs > this.timers.nowMs()) break;
        this.#entries.delete(key);
      }
      if (this.#entries.size > 0) this.#sweepLater();
    });
  }

  /** The number of cached versions, for tests. */
  get size(): number {
    return this.#entries.size;
  }
}
