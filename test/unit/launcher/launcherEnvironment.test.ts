import { expect } from 'chai';
import { passedOn, readStores } from '../../../local/environment.js';
import { configSchema } from '../../../src/config/variables.js';

const VARIABLES = Object.keys(configSchema.shape);

const POSTGRES = {
  DATABASE_URL: 'postgres://broker_app@db.lab/broker?sslmode=verify-full',
  DATABASE_OWNER_URL: 'postgres://broker_owner@db.lab/broker?sslmode=verify-full',
};
const VAULT = {
  VAULT_ADDR: 'https://vault.lab:8200',
  VAULT_ROLE_ID: 'a',
  VAULT_SECRET_ID_FILE: 'b',
  VAULT_USERS_ROLE_ID: 'c',
  VAULT_USERS_SECRET_ID_FILE: 'd',
  VAULT_RECONCILER_ROLE_ID: 'e',
  VAULT_RECONCILER_SECRET_ID_FILE: 'f',
};

describe('the environment of the launcher', () => {
  it('brings both stores where none is named', () => {
    expect(readStores({})).to.deep.equal({ foreignVault: false });
    expect(readStores({ DATABASE_URL: '', VAULT_ADDR: '' })).to.deep.equal({ foreignVault: false });
  });

  it('takes a Postgres and a Vault that are named', () => {
    const { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl } = POSTGRES;
    expect(readStores({ ...POSTGRES, ...VAULT })).to.deep.equal({
      postgres: { appUrl, ownerUrl },
      foreignVault: true,
    });
    expect(readStores({ VAULT_ADDR: VAULT.VAULT_ADDR, VAULT_AUTH_METHOD: 'pod' }).foreignVault).to.equal(
      true,
    );
  });

  const refused: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['DATABASE_URL', { DATABASE_URL: 'postgresql+asyncpg://db.lab/glassdome' }, /belongs to another program/],
    ['DATABASE_URL', { DATABASE_URL: 'glassdome.db' }, /belongs to another program/],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://db.lab:port/x' }, /not a URL/],
    ['DATABASE_URL', { DATABASE_URL: POSTGRES.DATABASE_URL }, /needs DATABASE_OWNER_URL/],
    [
      'DATABASE_OWNER_URL',
      { DATABASE_OWNER_URL: POSTGRES.DATABASE_OWNER_URL },
      /DATABASE_URL, which is not set/,
    ],
    [
      'VAULT_ADDR',
      { VAULT_ADDR: VAULT.VAULT_ADDR },
      /no login there \(VAULT_ROLE_ID, VAULT_SECRET_ID_FILE, /,
    ],
    ['VAULT_ADDR', { ...VAULT, VAULT_USERS_ROLE_ID: '' }, /\(VAULT_USERS_ROLE_ID\)/],
    ['VAULT_SKIP_VERIFY', { VAULT_SKIP_VERIFY: 'false' }, /verification/],
    ['VAULT_TOKEN', { VAULT_TOKEN: 'hvs.canary' }, /a person/],
    ['DEBUG', { DEBUG: '*' }, /print/],
  ];
  for (const [name, env, words] of refused) {
    it(`refuses ${JSON.stringify(env)}, names ${name} and the way out, and shows no value`, () => {
      expect(() => readStores(env))
        .to.throw(words)
        .with.property('message')
        .that.contains(`env -u ${name} npm start`)
        .and.does.not.contain('canary');
    });
  }

  it('refuses a key for the key file that is empty or would be guessed, and takes a random one', () => {
    for (const weak of ['', 'short', 'change-me-please'])
      expect(() => readStores({ GLASSDOME_ENCRYPTION_KEY: weak })).to.throw(
        /^GLASSDOME_ENCRYPTION_KEY .*openssl rand/,
      );
    expect(readStores({ GLASSDOME_ENCRYPTION_KEY: 'bd3f6c90a1e74f28c5d0' }).foreignVault).to.equal(false);
  });

  it("hands every variable of the broker's on, but for those of a store that it brings itself", () => {
    const all = Object.fromEntries(
      [...VARIABLES, 'GLASSDOME_ENCRYPTION_KEY', 'HOME'].map((name) => [name, `${name}!`]),
    );
    const ofStores = /^(?:DATABASE_|VAULT_)|_MOUNT$/;
    const rest = VARIABLES.filter((name) => !ofStores.test(name));
    expect(rest).to.include.members([
      'OUTBOUND_ALLOW_CIDRS',
      'SMTP_HOST',
      'TEST_INTERVALS',
      'REMIND_DAYS',
      'REPORT_SCHEDULE',
    ]);
    expect(Object.keys(passedOn(all, { foreignVault: false }))).to.have.members(rest);
    const postgres = { appUrl: '', ownerUrl: '' };
    // The owner's login is for `migrate` alone.
    expect(Object.keys(passedOn(all, { postgres, foreignVault: true }))).to.have.members(
      VARIABLES.filter((name) => name !== 'DATABASE_OWNER_URL'),
    );
    expect(passedOn({ REMIND_DAYS: '7' }, { foreignVault: false })).to.deep.equal({ REMIND_DAYS: '7' });
  });
});
