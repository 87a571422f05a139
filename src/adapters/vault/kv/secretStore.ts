import { mapLimit } from '../../../domain/async.js';
import type { FieldValues } from '../../../domain/credentials/fields.js';
import { BrokerError } from '../../../domain/errors.js';
import type { Log } from '../../../ports/runtime.js';
import type { SecretFields, SecretStore, StoredMetadata, StoredVersion } from '../../../ports/vault.js';
import { badAnswer, storeUnavailable } from '../connection/faults.js';
import { safeCredentialPath, safeMount } from '../connection/paths.js';
import type { VaultAccess, VaultReply } from '../connection/vaultApi.js';
import { cutCustomMetadata, parseMetadata, parseVersion, type StoredData, splitFields } from './kvAnswers.js';
import type { VersionCache } from './versionCache.js';
import { VersionWriter } from './versionWriter.js';

export interface SecretStoreOptions {
  access: VaultAccess;
  /** Mount of the KV v2 engine, without slashes at its ends. */
  mount: string;
  log: Log;
  /** For reads of versions that were read a moment ago; left out, each read asks Vault. */
  cache?: VersionCache | undefined;
}

/** `SecretStore` over one KV v2 mount. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  return new KvSecretStore({ ...options, mount: safeMount(options.mount) });
}

class KvSecretStore implements SecretStore {
  /** Reads under way, by path and version: what many ask for at once, Vault is asked once. */
  readonly #reading = new Map<string, Promise<StoredData>>();
  readonly #writer: VersionWriter;

  constructor(private readonly options: SecretStoreOptions) {
    this.#writer = new VersionWriter(
      options.access,
      options.mount,
      (path) => this.metadata(path),
      (path, version) => this.#readData(path, version),
    );
  }

  write(path: string, values: FieldValues, cas: number): Promise<StoredVersion> {
    return this.#writer.write(safeCredentialPath(path), values, cas);
  }

  async read(
    path: string,
    version: number,
    createdTime: string | null,
    secretFields: SecretFields,
  ): Promise<FieldValues> {
    const stored = await this.#readShared(safeCredentialPath(path), version);
    if (stored.version !== version || (createdTime !== null && stored.createdTime !== createdTime)) {
      this.options.log.error('vault_version_replaced', { path, version });
      throw integrity('is not the one that was stored');
    }
    return splitFields(stored.data, secretFields);
  }

  async metadata(path: string): Promise<StoredMetadata | null> {
    const reply = await this.options.access.ask(
      'GET',
      `${this.options.mount}/metadata/${safeCredentialPath(path)}`,
    );
    return reply.verdict === 'missing' ? null : parseMetadata(okBody(reply));
  }

  async setMetadata(
    path: string,
    change: { custom?: Record<string, string>; maxVersions?: number; versionsExpire?: false },
  ): Promise<void> {
    const body = {
      ...(change.custom === undefined ? {} : { custom_metadata: cutCustomMetadata(change.custom) }),
      ...(change.maxVersions === undefined ? {} : { max_versions: change.maxVersions }),
      ...(change.versionsExpire === undefined ? {} : { delete_version_after: '0s' }),
    };
    const target = `${this.options.mount}/metadata/${safeCredentialPath(path)}`;
    const changed = await this.options.access.change('POST', target, body);
    if (changed.verdict !== 'ok') throw storeUnavailable(`setting metadata: ${changed.verdict}`);
  }

  async list(): Promise<string[]> {
    const folders = (await this.#keys('')).filter((key) => key.endsWith('/'));
    const paths = await mapLimit(folders, 8, async (folder) =>
      isSafe(`${folder}x`) ? (await this.#keys(folder)).map((leaf) => `${folder}${leaf}`) : [],
    );
    // What people put elsewhere in the mount is not ours to judge.
    return paths.flat().filter(isSafe);
  }

  async #keys(folder: string): Promise<string[]> {
    const reply = await this.options.access.ask('LIST', `${this.options.mount}/metadata/${folder}`);
    if (reply.verdict === 'missing') return [];
    const keys: unknown = okBody(reply)?.data?.keys;
    if (!Array.isArray(keys)) throw badAnswer('a list without keys');
    return keys.filter((key): key is string => typeof key === 'string');
  }

  #readShared(path: string, version: number): Promise<StoredData> {
    const key = `${path}?${version}`;
    const { cache } = this.options;
    const known = cache?.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const underWay = this.#reading.get(key);
    if (underWay !== undefined) return underWay;
    const reading = this.#readData(path, version)
      .then((stored) => {
        cache?.put(key, stored);
        return stored;
      })
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #readData(path: string, version: number): Promise<StoredData> {
    const reply = await this.options.access.ask(
      'GET',
      `${this.options.mount}/data/${path}?version=${version}`,
    );
    if (reply.verdict === 'gone') {
      throw new BrokerError('gone', { detail: 'This version of the credential was removed in Vault.' });
    }
    if (reply.verdict === 'missing') {
      this.options.log.error('vault_version_missing', { path, version });
      throw integrity('is missing');
    }
    return parseVersion(okBody(reply));
  }
}

function integrity(what: string): BrokerError {
  return new BrokerError('integrity_error', {
    detail: `The stored secret ${what}; it was changed directly in Vault.`,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: looked at field by field by the parser
function okBody(reply: VaultReply): any {
  if (reply.verdict !== 'ok') throw badAnswer(`${reply.verdict} ${reply.answer.status}`);
  return reply.answer.body;
}

function isSafe(path: string): boolean {
  try {
    safeCredentialPath(path);
    return true;
  } catch {
    // The check has one reason to throw, and here the answer is enough.
    return false;
  }
}
