import { join } from 'node:path';
import {
  type BootstrapResult,
  bootstrapVault,
  issueSecretId,
} from '../src/adapters/vault/bootstrap/bootstrap.js';
import { BROKER_ROLES, type BrokerRole } from '../src/adapters/vault/bootstrap/policies.js';
import { createVaultClient } from '../src/adapters/vault/connection/nodeVault.js';
import { createTransport } from '../src/adapters/vault/connection/transport.js';
import { packageRoot } from './files/paths.js';
import { writePrivate } from './files/privateFile.js';

export const MOUNTS = {
  kvMount: 'glassdome-credentials',
  transitMount: 'transit',
  userpassMount: 'userpass',
  approleMount: 'approle',
};

/** Role ids of the broker's logins and the 0600 files that hold their secret ids. */
export type Logins = Record<BrokerRole, { roleId: string; secretIdFile: string }>;

/** Where the secret id of a role is, in the folder of all of them. */
export function secretIdFile(folder: string, role: BrokerRole): string {
  return join(folder, `${role}.secret-id`);
}

/** Prepares the Vault as production does it, with a token that is good for that, and hands out the logins. */
export async function provisionVault(
  address: string,
  token: string,
  folder: string,
  onStep: (line: string) => void,
): Promise<Logins> {
  const transport = createTransport({ address });
  try {
    const client = createVaultClient(transport, () => token);
    const policiesDir = join(packageRoot(), 'vault-policies');
    const { roles }: BootstrapResult = await bootstrapVault(client, { ...MOUNTS, policiesDir, onStep });
    const logins = {} as Logins;
    for (const role of BROKER_ROLES) {
      const { secretId } = await issueSecretId(client, role, { approleMount: MOUNTS.approleMount });
      const login = { roleId: roles[role].roleId, secretIdFile: secretIdFile(folder, role) };
      writePrivate(login.secretIdFile, secretId.reveal());
      logins[role] = login;
    }
    return logins;
  } finally {
    await transport.close();
  }
}

/** False once the token was revoked. */
export async function tokenWorks(address: string, token: string): Promise<boolean> {
  const transport = createTransport({ address });
  try {
    const answer = await transport.send({ method: 'GET', path: 'auth/token/lookup-self', token });
    return answer.status === 200;
  } finally {
    await transport.close();
  }
}

/** Ends the root token for good; a new one takes the unseal key (`vault operator generate-root`). */
export async function revokeRoot(address: string, token: string): Promise<void> {
  const transport = createTransport({ address });
  await createVaultClient(transport, () => token).request('POST', 'auth/token/revoke-self');
  await transport.close();
}
