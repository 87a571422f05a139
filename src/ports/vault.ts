/** What use cases need from Vault. */
import type { RowKey } from '../domain/audit/auditChain.js';
import type { FieldValues } from '../domain/credentials/fields.js';
import type { Secret } from '../domain/secret.js';

/** One stored version in Vault. `createdTime` is Vault's own text. */
export interface StoredVersion {
  version: number;
  createdTime: string;
}

export interface StoredMetadata {
  /** Vault's current (latest) version; 0 when nothing was written yet. */
  currentVersion: number;
  maxVersions: number;
  /** True where Vault deletes each later version after a while (`delete_version_after`), which the broker never sets. */
  versionsExpire?: boolean;
  versions: Map<number, { createdTime: string; deleted: boolean; destroyed: boolean }>;
  /** `custom_metadata`: anybody with rights in Vault may have written it. */
  custom: Record<string, string>;
}

/** Which fields are secrets. */
export type SecretFields = readonly string[] | ((name: string) => boolean);

/**
 * KV v2. Every method rejects with a `BrokerError`: `store_unavailable` when Vault can't serve (whatever the reason),
 * `bad_store_answer` for garbage, and what each method says.
 */
export interface SecretStore {
  /**
   * Writes all fields as one new version. `cas` is Vault's latest version (0: the path must be new).
   * A time-out is settled by reading back. Rejects with `conflict` when the latest version is another one.
   */
  write(path: string, values: FieldValues, cas: number): Promise<StoredVersion>;
  /**
   * Reads exactly one version. `secretFields` defines which of the fields are secrets, by a list or by each name.
   * `gone` when it was deleted or destroyed in Vault; `integrity_error` when the path or version is missing or its
   * `created_time` is not `createdTime` (pass null to skip that check).
   */
  read(
    path: string,
    version: number,
    createdTime: string | null,
    secretFields: SecretFields,
  ): Promise<FieldValues>;
  /** Null when the path does not exist. */
  metadata(path: string): Promise<StoredMetadata | null>;
  /** Sets what is given; `custom` replaces custom_metadata (values are cut at 512 bytes on a character boundary). */
  setMetadata(
    path: string,
    change: { custom?: Record<string, string>; maxVersions?: number; versionsExpire?: false },
  ): Promise<void>;
  /** All credential paths below the mount (`<type>/<leaf>`), for the reconciler. */
  list(): Promise<string[]>;
}

/** Removal for good, with a login that may do nothing else. */
export interface Destroyer {
  /** Removes all versions and the metadata. Nothing there is success. Rejects with `store_unavailable`. */
  destroy(path: string): Promise<void>;
}

/** What can be hashed: plain JSON in which secrets stay wrapped. */
export type Hashable =
  | string
  | number
  | boolean
  | null
  | undefined
  | Secret
  | readonly Hashable[]
  | { readonly [key: string]: Hashable };

/** What is hashed, and for which purpose. */
export interface Hashed {
  purpose: string;
  value: Hashable;
}

/** Keyed hashes by transit (`broker-fingerprint`). Keys of objects are sorted before hashing. */
export interface Fingerprints {
  /** Hash of `value` for one purpose; hashes of two purposes never match. */
  make(purpose: string, value: Hashable): Promise<string>;
  /** The hashes of several, in the order given, in one call. */
  makeAll(all: readonly Hashed[]): Promise<string[]>;
  /** True when `value` gives that hash, also under an older version of the key. */
  matches(purpose: string, value: Hashable, fingerprint: string): Promise<boolean>;
}

/** Signs the broker's own tokens; the private key stays in transit (`broker-tokens`, ES256). */
export interface TokenSigner {
  /** A compact JWT over `claims`, `kid` = `broker-tokens-v<N>`. */
  sign(claims: Record<string, unknown>): Promise<string>;
  /** Public keys as JWK set members with `kid`, `alg` and `use`. From memory; loaded at start. */
  publicKeys(): Promise<Record<string, unknown>[]>;
  /** Asks Vault again, at most once per cool-down; called on an unknown kid. */
  reload(): Promise<void>;
}

/** Signs audit checkpoints (`broker-audit`, ed25519). */
export interface CheckpointSigner {
  sign(payload: string): Promise<string>;
  /** Whether each signature holds for its payload, in the order given; few requests for many. */
  verify(signed: readonly SignedPayload[]): Promise<boolean[]>;
  /** The public keys as PEM, by version: for verification elsewhere. */
  publicKeys(): Promise<{ version: number; pem: string }[]>;
}

export interface SignedPayload {
  payload: string;
  signature: string;
}

/**
 * Keys of audit chains, each derived in Vault (`broker-audit-rows`) from the chain's name, so that an attacker with
 * only Postgres can write no row. They stay in the memory of the process. Rejects like `SecretStore`; if the key or
 * the right to it is missing, the log says that `bootstrap` has to run once more.
 */
export interface ChainKeys {
  /** For a new chain: of the newest version. */
  newest(chain: string): Promise<RowKey>;
  /** For chains that are there, in the order given; null where Vault does not hold that version. */
  known(chains: readonly { chain: string; version: number }[]): Promise<(RowKey | null)[]>;
}

/** Seals short secrets that have to rest outside Vault (page sessions, notification targets). */
export interface Sealer {
  /** Text that may rest in Postgres. `context` says what it is for; opening needs the same one. */
  seal(secret: Secret, context: string): Promise<string>;
  /** Rejects with `bad_store_answer` when the text was not sealed by us for this context. */
  open(sealed: string, context: string): Promise<Secret>;
  /** The same content under the newest version of the key, or the same text where it is; the content is not seen here. */
  rewrap(sealed: string): Promise<string>;
}

/** Passwords of the people who log in here (Vault userpass). */
export interface Passwords {
  /** False for a wrong password and for an unknown name alike. */
  check(username: string, password: Secret): Promise<boolean>;
  /**
   * Makes the login or changes its password. Rejects with `conflict` for one that holds anything beyond what the broker
   * gives: it belongs to a person of Vault, such as an operator, and stays as it is.
   */
  set(username: string, password: Secret): Promise<void>;
}

/** Glassdome's flat Vault layout, read with a token that the caller brought for this one request. */
export interface LegacySecrets {
  /** Secret keys and values at the mount's top; `auth/*`, `services/*` and `secret_key` are never read. */
  readAll(options: { mount: string; token: Secret }): Promise<Map<string, Secret>>;
}

export type StoreHealth = 'ok' | 'sealed' | 'standby' | 'uninitialized' | 'unreachable' | 'frozen';

/** Whether Vault serves us, for readiness. Never rejects. */
export interface StoreStatus {
  health(): Promise<StoreHealth>;
  /** Seconds that our own token still lives; 0 when there is none. */
  tokenSecondsLeft(): number;
}

/** The logins of this process to Vault. */
export interface VaultLogins {
  /** By role, with the seconds that each one's token still lives: 0 when there is none, `Infinity` when it does not end. */
  list(): readonly { role: string; secondsLeft: number }[];
}
