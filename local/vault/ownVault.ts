import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BROKER_ROLES, type BrokerRole } from '../../src/adapters/vault/bootstrap/policies.js';
import { provisionOperator } from '../admin/operator.js';
import { readPrivate, writePrivate } from '../files/privateFile.js';
import { type Logins, MOUNTS, provisionVault, revokeRoot, secretIdFile, tokenWorks } from '../provision.js';
import type { LocalVault } from './vaultServer.js';

const loginsIn = (data: string) => join(data, 'vault-logins.json');
const folderIn = (data: string) => join(data, 'secret-ids');

/** Of the launcher's own Vault: what a broker finds in its environment to log in there. */
export function vaultVariables(address: string, logins: Logins): Record<string, string> {
  const login = (prefix: string, role: keyof Logins) => ({
    [`${prefix}ROLE_ID`]: logins[role].roleId,
    [`${prefix}SECRET_ID_FILE`]: logins[role].secretIdFile,
  });
  return {
    VAULT_ADDR: address,
    KV_MOUNT: MOUNTS.kvMount,
    TRANSIT_MOUNT: MOUNTS.transitMount,
    USERPASS_MOUNT: MOUNTS.userpassMount,
    APPROLE_MOUNT: MOUNTS.approleMount,
    ...login('VAULT_', 'api'),
    ...login('VAULT_USERS_', 'users'),
    ...login('VAULT_WORKER_', 'worker'),
    ...login('VAULT_RECONCILER_', 'reconciler'),
    // Logins that an older version kept have none.
    ...(logins.destroyer === undefined ? {} : login('VAULT_DESTROYER_', 'destroyer')),
  };
}

/**
 * The logins to the launcher's own Vault; made, together with everything in Vault, at the first start only.
 * @param beforeFirst asked once, before anything is made; what it rejects with stops the start.
 */
export async function loginsOf(
  vault: LocalVault,
  data: string,
  { say, beforeFirst }: { say: (line: string) => void; beforeFirst: () => Promise<void> },
): Promise<Logins> {
  const file = loginsIn(data);
  const { rootToken } = vault.keys;
  if (rootToken !== undefined && existsSync(file) && !(await tokenWorks(vault.address, rootToken))) {
    // An earlier start ended between revoking the token and forgetting it; everything before that was done.
    vault.forgetRoot();
  } else if (rootToken !== undefined) {
    await beforeFirst();
    const step = (line: string) => say(`  ${line}`);
    const logins = await provisionVault(vault.address, rootToken, folderIn(data), step);
    await provisionOperator(vault.address, rootToken, data);
    writePrivate(file, stored(logins));
    await revokeRoot(vault.address, rootToken);
    vault.forgetRoot();
  }
  return knownLogins(data);
}

/** Those that were made at the first start. */
export function knownLogins(data: string): Logins {
  const file = loginsIn(data);
  const known = readPrivate(file);
  if (known === undefined)
    throw new Error(`${file} is missing. Restore it from a backup, or move .data aside to start over.`);
  return readLogins(known, folderIn(data));
}

/** No path is kept, so that the data folder can be moved and copied. */
function stored(logins: Logins): string {
  return JSON.stringify(
    Object.fromEntries(BROKER_ROLES.map((role) => [role, { roleId: logins[role].roleId }])),
  );
}

/** Only the roles that are in it: data of an older version has fewer. */
function readLogins(text: string, folder: string): Logins {
  const roles = JSON.parse(text) as Partial<Record<BrokerRole, { roleId: string }>>;
  const logins = BROKER_ROLES.flatMap((role) => {
    const roleId = roles[role]?.roleId;
    return roleId === undefined ? [] : [[role, { roleId, secretIdFile: secretIdFile(folder, role) }]];
  });
  return Object.fromEntries(logins) as Logins;
}
