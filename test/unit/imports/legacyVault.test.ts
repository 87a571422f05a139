import { expect } from 'chai';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { planLegacyVault } from '../../../src/domain/imports/legacyVault.js';
import { Secret } from '../../../src/domain/secret.js';
import { CREDENTIAL_KEYS, SETTINGS_SECRET_KEYS } from '../../support/cases/glassdomeSecretKeys.js';

const plan = (values: Record<string, string>) =>
  planLegacyVault(
    new Map(Object.entries(values).map(([key, value]) => [key, new Secret(value)])),
    envVocabulary,
  );

describe("Glassdome's flat Vault layout becomes the same credentials as its .env", () => {
  it('gives back the variables that Glassdome reads', () => {
    const { groups, rows } = plan({
      esxi_host: 'h',
      esxi_user: 'u',
      esxi_password: 'p',
      proxmox_01_host: 'x',
      proxmox_01_password: 'y',
      proxmox_01_user: 'z@pve',
    });
    expect(groups.map(({ key, envNames }) => [key, envNames])).to.deep.equal([
      ['vmware', { ESXI_HOST: 'host', ESXI_PASSWORD: 'password', ESXI_USER: 'user' }],
      ['proxmox:01', { PROXMOX_HOST: 'host', PROXMOX_PASSWORD: 'password', PROXMOX_USER: 'user' }],
    ]);
    expect(groups.flatMap((g) => g.problems)).to.deep.equal([]);
    expect(rows.map(({ name, line }) => [name, line])).to.deep.include(['proxmox_01_host', 0]);
  });

  it('finds a place for every key of a migrated installation', () => {
    const { rows, groups } = plan(
      Object.fromEntries(SETTINGS_SECRET_KEYS.map((key) => [key, `value of ${key}`])),
    );
    const unplaced = rows.filter((row) => row.class === 'unknown').map((row) => row.name);
    expect(unplaced).to.deep.equal([]);
    expect(rows.filter((row) => row.group !== undefined)).to.have.length(CREDENTIAL_KEYS.length);
    expect(new Set(groups.map((g) => g.key)).size).to.equal(groups.length);
  });

  it('never touches signing keys, service tokens and folders', () => {
    const { rows, groups } = plan({
      secret_key: 'a',
      SECRET_KEY: 'b',
      'auth/jwt_secret': 'c',
      'services/x/token': 'd',
      'auth/': 'e',
    });
    expect([rows, groups]).to.deep.equal([[], []]);
  });

  it('takes the key that Glassdome asks for first where several hold one secret', () => {
    const { groups, rows } = plan({
      proxmox_01_host: 'h',
      proxmox_password: 'old',
      proxmox_01_password: 'new',
      proxmox_admin_passwd: 'older',
    });
    expect(groups[0]?.fields['password']?.reveal()).to.equal('new');
    expect(rows.find((row) => row.name === 'proxmox_password')).to.include({
      class: 'duplicate',
      note: 'proxmox_01_password wins',
    });
  });

  it("keeps machines apart whose names differ only in a letter's case", () => {
    const { groups } = plan({
      machine_cred_web_user: 'a',
      machine_cred_web_password: 'b',
      machine_cred_WEB_user: 'c',
      machine_cred_WEB_password: 'd',
    });
    const names = groups.flatMap((g) => Object.keys(g.envNames));
    expect(new Set(names).size).to.equal(4);
    expect(groups.map((g) => g.labels)).to.deep.equal([{ host: 'WEB' }, { host: 'web' }]);
  });

  it('shows no value', () => {
    expect(JSON.stringify(plan({ esxi_host: 'h', esxi_password: 'hunter2', odd: 'hunter2' }))).not.to.contain(
      'hunter2',
    );
  });
});
