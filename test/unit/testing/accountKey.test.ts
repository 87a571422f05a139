import { expect } from 'chai';
import { requireConnector } from '../../../src/connectors/registry.js';
import { Secret } from '../../../src/domain/secret.js';
import type { Fingerprints, Hashable } from '../../../src/ports/vault.js';
import { accountKeyOf } from '../../../src/usecases/testing/accountKey.js';

/** Shows what would be hashed. */
const fingerprints: Pick<Fingerprints, 'make'> = {
  make: async (purpose, value) => JSON.stringify([purpose, opened(value)]),
};

function opened(value: Hashable): unknown {
  if (value instanceof Secret) return `secret:${value.reveal()}`;
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, opened(item)]));
}

const connector = requireConnector('proxmox');
const base = { host: 'pve.lab', user: 'root@pam', auth_method: 'password' };
const keyOf = (settings: Record<string, string>, secrets: Record<string, string> = { password: 'a' }) =>
  accountKeyOf({ fingerprints }, connector, {
    settings: { ...base, ...settings },
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, text]) => [name, new Secret(text)])),
  });

describe('What signs in alike', () => {
  it('has one key, however the place is written and whom the connection trusts', async () => {
    const key = await keyOf({});
    const alike: Record<string, string>[] = [
      { host: 'PVE.lab:8006' },
      { host: 'https://pve.lab/' },
      { port: '8006' },
      { tls_mode: 'insecure' },
      { default_node: 'pve02' },
    ];
    for (const same of alike) expect(await keyOf(same), JSON.stringify(same)).to.equal(key);
    expect(await keyOf({}, { password: 'a', ssh_password: 'other' })).to.equal(key);
  });

  it('has another key where place, account or secret is another', async () => {
    const keys = await Promise.all([
      keyOf({}),
      keyOf({ host: 'pve2.lab' }),
      keyOf({ port: '8007' }),
      keyOf({ user: 'anna@pam' }),
      keyOf({}, { password: 'b' }),
      keyOf({ auth_method: 'api_token', token_name: 't' }, { token_value: 'a' }),
    ]);
    expect(new Set(keys).size).to.equal(keys.length);
  });
});
