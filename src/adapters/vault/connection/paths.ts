/** One segment of a Vault path: what the broker makes itself, plus user names. Neither `.` nor `..`. */
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/;
/** The few query strings that are used: `version=3`, `list=true`, `standbyok=true&perfstandbyok=true`. */
const QUERY = /^[a-z_]+=[A-Za-z0-9]+(&[a-z_]+=[A-Za-z0-9]+)*$/;
/** A credential below the KV mount, as `vaultPathFor` makes it: `<type>/<slug>-<8 of the id>`. */
const CREDENTIAL_PATH = /^[a-z][a-z0-9_]{0,31}\/[a-z0-9][a-z0-9-]{0,127}$/;

/** Thrown before anything is sent; a defect of the caller or a hostile text. Does not repeat the path. */
export class UnsafeVaultPath extends Error {
  constructor() {
    super('vault: the path contains invalid characters');
    this.name = 'UnsafeVaultPath';
  }
}

/**
 * Refuses every path that a client or a server could read in another way than it is written: dot segments, escapes,
 * empty segments, control characters, HTML entities. Returns it unchanged.
 */
export function safePath(path: string): string {
  const mark = path.indexOf('?');
  const query = mark < 0 ? null : path.slice(mark + 1);
  const segments = (mark < 0 ? path : path.slice(0, mark)).split('/');
  // A trailing slash names a folder (LIST); it is the only empty segment that is allowed.
  const named = segments.at(-1) === '' && segments.length > 1 ? segments.slice(0, -1) : segments;
  if (!named.every((segment) => SEGMENT.test(segment))) throw new UnsafeVaultPath();
  if (query !== null && !QUERY.test(query)) throw new UnsafeVaultPath();
  return path;
}

/** A mount, without slashes at its ends: `glassdome-credentials`, `teams/broker-kv`. */
export function safeMount(mount: string): string {
  if (!mount.split('/').every((segment) => /^[a-z0-9][a-z0-9_-]{0,63}$/.test(segment)))
    throw new UnsafeVaultPath();
  return mount;
}

/** A credential's path below the KV mount. */
export function safeCredentialPath(path: string): string {
  if (!CREDENTIAL_PATH.test(path)) throw new UnsafeVaultPath();
  return path;
}
