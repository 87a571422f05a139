import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPrivate, writePrivate } from './privateFile.js';
import { type Logins, MOUNTS, provisionVault, revokeRoot, tokenWorks } from './provision.js';
import type { LocalVault } from './vaultServer.js';

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
  const file = join(data, 'vault-logins.json');
  const { rootToken } = vault.keys;
  if (rootToken !== undefined && existsSync(file) && !(await tokenWorks(vault.address, rootToken))) {
    // An earlier start ended between revoking the token and forgetting it; everything before that was done.
    vault.forgetRoot();
  } else if (rootToken !== undefined) {
    await beforeFirst();
    const logins = await provisionVault(vault.address, rootToken, join(data, 'secret-ids'), (line) =>
      say(`  ${line}`),
    );
    writePrivate(file, JSON.stringify(logins));
    await revokeRoot(vault.address, rootToken);
    vault.forgetRoot();
  }
  const known = readPrivate(file);
  if (known === undefined)
    throw new Error(`${file} is missing. Restore it from a backup, or move .data aside to begin anew.`);
  return JSON.parse(known) as Logins;
}
