import type { Credential, CredentialVersion, VersionState } from '../credentials/credential.js';

/**
 * A difference between Vault and what the broker wrote. `drift`: a version by another client; `active_gone`: the
 * active version was deleted or destroyed; `replaced`: the path was removed and written again, or Vault is older than
 * the rows; `missing`: the path is gone; `orphan`: a path that belongs to no credential.
 */
export const FINDING_KINDS = ['drift', 'active_gone', 'replaced', 'missing', 'orphan'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** How a finding ended. `kept`: a person decided for the version that is active. */
export const RESOLUTIONS = [
  'recovered',
  'activated',
  'adopted',
  'kept',
  'superseded',
  'gone',
  'known',
  'deleted',
] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export interface Discrepancy {
  id: string;
  kind: FindingKind;
  /** Null for orphans only. */
  credentialId: string | null;
  /** Below the KV mount; of orphans only. */
  path: string | null;
  version: number | null;
  /** Names, numbers and words; no value. */
  facts: Record<string, unknown>;
  foundAt: Date;
  resolvedAt: Date | null;
  resolution: Resolution | null;
}

interface Versions {
  currentVersion: number;
  versions: ReadonlyMap<number, { createdTime: string; deleted: boolean; destroyed: boolean }>;
}

/** What is wrong with the active version of a credential, or with its path. */
export interface Broken {
  kind: 'active_gone' | 'replaced' | 'missing';
  version: number | null;
  facts: Record<string, unknown>;
}

/** What Vault's metadata says of a recorded version; a version of that number from another time is another one. */
export function stateOf(
  { version, createdTime }: Pick<CredentialVersion, 'version' | 'createdTime'>,
  metadata: Pick<Versions, 'versions'> | null,
): VersionState {
  const stored = metadata?.versions.get(version);
  if (stored === undefined || stored.createdTime !== createdTime) return 'dropped';
  if (stored.destroyed) return 'destroyed';
  return stored.deleted ? 'deleted' : 'available';
}

/** Compares a row with a later observation of its path; null: the active version is there as it was written. */
export function brokenIn(
  row: Pick<Credential, 'activeVersion' | 'activeCreatedTime' | 'latestVersion'>,
  metadata: Versions | null,
): Broken | null {
  const { activeVersion: version } = row;
  if (metadata === null) return { kind: 'missing', version, facts: {} };
  if (version === null) return null;
  const active = metadata.versions.get(version);
  const restarted = metadata.currentVersion < row.latestVersion;
  if (restarted || (active !== undefined && active.createdTime !== row.activeCreatedTime))
    return {
      kind: 'replaced',
      version,
      facts: { recorded_latest: row.latestVersion, found_latest: metadata.currentVersion },
    };
  const how = stateOf({ version, createdTime: row.activeCreatedTime ?? '' }, metadata);
  return how === 'available' ? null : { kind: 'active_gone', version, facts: { how } };
}

/** Numbers of the versions that Vault can still give out, lowest first. */
export function liveVersions(metadata: Versions): number[] {
  return [...metadata.versions]
    .filter(([, { deleted, destroyed }]) => !deleted && !destroyed)
    .map(([version]) => version)
    .sort((a, b) => a - b);
}

/** How a drift ended whose version is `version`, or null while it is open. */
export function endOfDrift(
  version: number,
  { activeVersion }: Pick<Credential, 'activeVersion'>,
  metadata: Versions | null,
): Resolution | null {
  if (activeVersion === version) return 'activated';
  if (activeVersion !== null && activeVersion > version) return 'superseded';
  return metadata !== null && liveVersions(metadata).includes(version) ? null : 'gone';
}
