import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { safeMount, safePath } from '../connection/paths.js';

/** Processes that log in to Vault by AppRole, each with a separate policy and role. */
export const BROKER_ROLES = ['api', 'worker', 'rotator', 'reconciler', 'destroyer', 'users'] as const;
export type BrokerRole = (typeof BROKER_ROLES)[number];

/** All policies that are written: the roles', that of people in the Vault UI, of a checked password, and of backups. */
export const POLICY_NAMES = [...BROKER_ROLES, 'operator', 'login', 'backup'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number] | 'bootstrap';

export interface VaultMounts {
  /** The broker's KV v2 mount. */
  kvMount: string;
  transitMount: string;
  /** The broker's userpass mount: its users role may set any password there. */
  userpassMount: string;
  /** Default `approle`; may be shared, the broker's roles are named `broker-*`. */
  approleMount?: string;
  /** API path of Glassdome's JWT key. Default `glassdome/data/auth/jwt_secret`. */
  glassdomeJwtPath?: string;
  /** Of policies and AppRole roles. Default `broker-`; another one keeps two brokers on one Vault apart. */
  namePrefix?: string;
}

/** Name of a policy or role in Vault. */
export function vaultName(name: PolicyName, mounts: Pick<VaultMounts, 'namePrefix'>): string {
  const prefix = mounts.namePrefix ?? 'broker-';
  if (!/^[a-z0-9][a-z0-9-]{0,40}-$/.test(prefix))
    throw new TypeError('namePrefix must be a-z, 0-9 and dashes, ending in a dash');
  return `${prefix}${name}`;
}

const DEFAULT_JWT_PATH = 'glassdome/data/auth/jwt_secret';

/** A policy's text with the configured mounts in the place of the default ones. */
export async function readPolicy(dir: string, name: PolicyName, mounts: VaultMounts): Promise<string> {
  const text = await readFile(join(dir, `${name}.hcl`), 'utf8');
  return text
    .replace(/^path "([^"]+)"/gm, (_all, path: string) => `path "${rewrite(path, mounts)}"`)
    .replace('"broker-login"', `"${vaultName('login', mounts)}"`);
}

/** The files are valid as they are, for the default mounts; each path begins with one of these. */
function rewrite(path: string, mounts: VaultMounts): string {
  const kv = safeMount(mounts.kvMount);
  const transit = safeMount(mounts.transitMount);
  const userpass = safeMount(mounts.userpassMount);
  const approle = safeMount(mounts.approleMount ?? 'approle');
  if (path === DEFAULT_JWT_PATH) return safePath(mounts.glassdomeJwtPath ?? DEFAULT_JWT_PATH);
  return path
    .replace(/^(sys\/mounts\/)?glassdome-credentials(?=\/|$)/, `$1${kv}`)
    .replace(/^(sys\/mounts\/)?transit(?=\/|$)/, `$1${transit}`)
    .replace(/^((?:sys\/mounts\/)?auth\/|sys\/auth\/)userpass(?=\/|$)/, `$1${userpass}`)
    .replace(/^(auth\/|sys\/auth\/)approle(?=\/|$)/, `$1${approle}`)
    .replace(/(?<=\/role\/)broker-(?=[a-z]+\/)/, mounts.namePrefix ?? 'broker-')
    .replace(/(?<=\/)broker-\*$/, `${mounts.namePrefix ?? 'broker-'}*`);
}
