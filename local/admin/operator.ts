import { join } from 'node:path';
import { BootstrapRefused } from '../../src/adapters/vault/bootstrap/bootstrapSteps.js';
import { vaultName } from '../../src/adapters/vault/bootstrap/policies.js';
import { createVaultClient } from '../../src/adapters/vault/connection/nodeVault.js';
import { createTransport } from '../../src/adapters/vault/connection/transport.js';
import { oneTimePassword } from '../../src/usecases/people/users.js';
import { readPrivate, writePrivate } from '../files/privateFile.js';

/** How an operator logs in to the launcher's Vault and its UI; apart from the people of the broker. */
export const OPERATOR = { mount: 'operators', username: 'operator' };

/** The file (0600) that holds the operator's password. */
export function operatorFile(data: string): string {
  return join(data, 'vault-operator-password');
}

/** Makes the operator, who may find, read and edit credentials in the UI. Can be repeated. */
export async function provisionOperator(address: string, token: string, data: string): Promise<void> {
  const transport = createTransport({ address });
  const client = createVaultClient(transport, () => token);
  const write = async (what: string, path: string, body: object) => {
    const { status } = await client.request('POST', path, body);
    if (status !== 200 && status !== 204) throw new BootstrapRefused(what, status);
  };
  try {
    const password = readPrivate(operatorFile(data)) ?? oneTimePassword().reveal();
    writePrivate(operatorFile(data), password);
    const mounted = await client.request('GET', `sys/auth/${OPERATOR.mount}/tune`);
    if (mounted.status !== 200)
      await write('enable the login of operators', `sys/auth/${OPERATOR.mount}`, {
        type: 'userpass',
        description: 'people who look after credentials in the UI',
        config: { listing_visibility: 'unauth' },
      });
    await write('create the operator', `auth/${OPERATOR.mount}/users/${OPERATOR.username}`, {
      password,
      token_policies: [vaultName('operator', {})],
      token_ttl: '8h',
    });
  } finally {
    await transport.close();
  }
}
