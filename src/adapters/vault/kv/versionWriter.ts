import { createHash, timingSafeEqual } from 'node:crypto';
import type { FieldValues } from '../../../domain/credentials/fields.js';
import { BrokerError } from '../../../domain/errors.js';
import type { StoredMetadata, StoredVersion } from '../../../ports/vault.js';
import { storeUnavailable } from '../connection/faults.js';
import type { VaultAccess } from '../connection/vaultApi.js';
import { joinFields, parseWritten, type StoredData } from './kvAnswers.js';

/** What a look at Vault after an unknown outcome showed. */
type Settled = { done: StoredVersion } | 'not_applied' | 'conflict';

/**
 * Writes one version. A write is never repeated blindly: after a time-out it is looked up what Vault holds now, and
 * only where nothing changed it is sent once more, with the same `cas`, which Vault refuses if the first one came
 * through after all.
 */
export class VersionWriter {
  constructor(
    private readonly access: VaultAccess,
    private readonly mount: string,
    private readonly metadata: (path: string) => Promise<StoredMetadata | null>,
    private readonly readData: (path: string, version: number) => Promise<StoredData>,
  ) {}

  async write(path: string, values: FieldValues, cas: number): Promise<StoredVersion> {
    const data = joinFields(values);
    const first = await this.#send(path, data, cas);
    if (first === 'conflict') throw conflict();
    if (first !== 'unknown') return first;
    const settled = await this.#settle(path, data, cas);
    if (settled === 'conflict') throw conflict();
    if (settled !== 'not_applied') return settled.done;
    return this.#secondTry(path, data, cas);
  }

  async #secondTry(path: string, data: Record<string, string>, cas: number): Promise<StoredVersion> {
    const second = await this.#send(path, data, cas);
    if (second !== 'unknown' && second !== 'conflict') return second;
    // A mismatch now may be our own first write, which arrived late.
    const settled = await this.#settle(path, data, cas);
    if (settled === 'not_applied') throw storeUnavailable('a write did not come through twice');
    if (settled === 'conflict') throw conflict();
    return settled.done;
  }

  async #send(path: string, data: object, cas: number): Promise<StoredVersion | 'conflict' | 'unknown'> {
    const changed = await this.access.change('POST', `${this.mount}/data/${path}`, {
      data,
      options: { cas },
    });
    if (changed.verdict === 'ok') return parseWritten(changed.answer.body);
    if (changed.verdict === 'unknown') return 'unknown';
    if (changed.verdict === 'cas_mismatch') return 'conflict';
    throw storeUnavailable(`a write was answered ${changed.answer.status}`);
  }

  async #settle(path: string, data: Record<string, string>, cas: number): Promise<Settled> {
    const metadata = await this.metadata(path);
    const current = metadata?.currentVersion ?? 0;
    if (current === cas) return 'not_applied';
    if (current < cas || metadata?.versions.get(cas + 1) === undefined) return 'conflict';
    const stored = await this.readData(path, cas + 1);
    // Someone may already have written on top of ours; then ours is still version cas + 1.
    return isSame(stored.data, data)
      ? { done: { version: stored.version, createdTime: stored.createdTime } }
      : 'conflict';
  }
}

function conflict(): BrokerError {
  return new BrokerError('conflict', {
    detail: 'Another request changed the credential at the same time. Read it again and repeat.',
  });
}

function isSame(stored: Record<string, unknown>, sent: Record<string, string>): boolean {
  return timingSafeEqual(digest(stored), digest(sent));
}

/** Lives for one comparison only; a digest of a secret is never kept. */
function digest(data: Record<string, unknown>): Buffer {
  const sorted = Object.keys(data)
    .sort()
    .map((key) => [key, data[key]]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest();
}
