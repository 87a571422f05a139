import type { FieldValues } from '../../../domain/credentials/fields.js';
import { Secret } from '../../../domain/secret.js';
import type { SecretFields, StoredMetadata, StoredVersion } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';

/** One version as it came. `data` holds secrets: it never leaves this folder. */
export interface StoredData extends StoredVersion {
  data: Record<string, unknown>;
}

/** Vault refuses a longer value in custom_metadata. Bytes of UTF-8. */
const CUSTOM_VALUE_BYTES = 512;

// biome-ignore lint/suspicious/noExplicitAny: the body of Vault's answer, looked at field by field
export function parseVersion(body: any): StoredData {
  const data: unknown = body?.data?.data;
  const metadata = body?.data?.metadata;
  if (!isRecord(data) || !Number.isInteger(metadata?.version) || typeof metadata?.created_time !== 'string') {
    throw badAnswer('a version that is not shaped as KV v2 writes it');
  }
  return { data, version: metadata.version, createdTime: metadata.created_time };
}

/** The answer to a write: number and time of the new version. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function parseWritten(body: any): StoredVersion {
  const { version, created_time: createdTime } = body?.data ?? {};
  if (!Number.isInteger(version) || typeof createdTime !== 'string') {
    throw badAnswer('a write that was not answered as KV v2 does');
  }
  return { version, createdTime };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
export function parseMetadata(body: any): StoredMetadata {
  const data = body?.data;
  if (!isRecord(data?.versions) || !Number.isInteger(data?.current_version)) {
    throw badAnswer('metadata that is not shaped as KV v2 writes it');
  }
  const versions: StoredMetadata['versions'] = new Map();
  for (const [number, value] of Object.entries(data.versions)) {
    if (!isRecord(value)) throw badAnswer('a version without its facts');
    const { created_time: createdTime, deletion_time: deletionTime, destroyed } = value;
    const deleted = typeof deletionTime === 'string' && deletionTime !== '';
    versions.set(Number(number), {
      createdTime: String(createdTime),
      deleted,
      destroyed: destroyed === true,
    });
  }
  const maxVersions = Number.isInteger(data.max_versions) ? data.max_versions : 0;
  const custom = isRecord(data.custom_metadata) ? data.custom_metadata : {};
  const texts = Object.entries(custom).map(([key, value]) => [key, asText(value)] as const);
  const currentVersion = data.current_version;
  const after: unknown = data.delete_version_after ?? '0s';
  const expires = after === '0s' || after === '' || after === 0 ? {} : { versionsExpire: true };
  return { currentVersion, maxVersions, ...expires, versions, custom: Object.fromEntries(texts) };
}

/** What is written: one flat map of texts. Vault's audit log hides texts only, so nothing else is ever sent. */
export function joinFields(values: FieldValues): Record<string, string> {
  const secrets = Object.entries(values.secrets).map(([name, secret]) => [name, secret.reveal()] as const);
  return Object.fromEntries([...Object.entries(values.settings), ...secrets]);
}

/** What was read, with the secret fields wrapped. A person in the Vault UI may have written a number or a list. */
export function splitFields(data: Record<string, unknown>, secretFields: SecretFields): FieldValues {
  const listed = new Set(typeof secretFields === 'function' ? [] : secretFields);
  const isSecret = typeof secretFields === 'function' ? secretFields : (name: string) => listed.has(name);
  const texts = Object.entries(data).map(([name, value]) => [name, asText(value)] as const);
  return {
    settings: Object.fromEntries(texts.filter(([name]) => !isSecret(name))),
    secrets: Object.fromEntries(
      texts.filter(([name]) => isSecret(name)).map(([name, value]) => [name, new Secret(value)] as const),
    ),
  };
}

/** What Go's `unicode.IsPrint` denies: everything but letters, marks, numbers, punctuation, symbols and the blank. */
const NOT_PRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** Cuts each value at 512 bytes, never inside a character. Vault takes printable ones only; others become blanks. */
export function cutCustomMetadata(custom: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(custom).map(([key, value]) => [
      key,
      cutAtBytes(value.replace(NOT_PRINTABLE, ' '), CUSTOM_VALUE_BYTES),
    ]),
  );
}

function cutAtBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    cut += character;
  }
  return cut;
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
