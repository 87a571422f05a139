import { expect } from 'chai';
import { ConfigRefused, loadConfig } from '../../src/config.js';

describe('the broker does not start', () => {
  const refused: Record<string, string> = {
    VAULT_SKIP_VERIFY: 'false',
    DEBUG: 'node-vault',
    NODE_DEBUG: 'http',
    BROKER_HOST: '0.0.0.0',
    VAULT_ADDR: 'http://vault.lab:8200',
    DATABASE_URL: 'postgresql+asyncpg://db.lab/glassdome',
    REVEALS_PER_MINUTE: '-1',
    LOG_LEVEL: 'debug',
  };
  it('with a REPORT_SCHEDULE that cannot be meant, and names field and rule', () => {
    const minute = /^REPORT_SCHEDULE: must have a minute of 0 to 59, and not "99"$/;
    expect(() => loadConfig({ REPORT_SCHEDULE: '99 6 * * *' })).to.throw(ConfigRefused, minute);
    const never = /^REPORT_SCHEDULE: must name a day that there is$/;
    expect(() => loadConfig({ REPORT_SCHEDULE: '0 6 31 2 *' })).to.throw(ConfigRefused, never);
  });
  for (const [name, value] of Object.entries(refused)) {
    it(`with ${name}=${value}, and names it`, () => {
      expect(() => loadConfig({ [name]: value })).to.throw(ConfigRefused, new RegExp(`^${name}: `, 'm'));
    });
  }
});

describe('connections that only look encrypted', () => {
  const told = (env: NodeJS.ProcessEnv): string => {
    try {
      loadConfig(env);
      return 'taken';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  const plain = [
    'postgres://o@localhost/x?host=db.lab',
    'postgres://o@db.lab/x?sslmode=disable&application_name=sslmode=require',
    'postgres://o@db.lab/x?uselibpqcompat=true&sslmode=require',
    'postgres://o@db.lab/x?sslmode=require&sslmode=disable',
    'postgres://o@db.lab/x',
  ];
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL']) {
    for (const url of plain) {
      it(`${name} ${url}`, () => {
        expect(told({ [name]: url })).to.contain(`${name}: beyond loopback`);
      });
    }
    it(`${name} is taken with a verified certificate`, () => {
      expect(told({ [name]: 'postgres://o@db.lab/x?sslmode=verify-full' })).to.equal('taken');
    });
  }
  it('are told by the variable: an address without a scheme, a verification switched off, a missing file, a role', () => {
    expect(told({ VAULT_ADDR: 'vault.lab:8200' })).to.contain('VAULT_ADDR');
    expect(told({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).to.contain('NODE_TLS_REJECT_UNAUTHORIZED');
    expect(told({ GLASSDOME_JWT_KEY_FILES: '/nowhere/key' })).to.equal(
      "GLASSDOME_JWT_KEY_FILES: /nowhere/key can't be read (ENOENT)",
    );
    expect(told({ VAULT_POD_ROLE: 'glassdome' })).to.contain('VAULT_POD_ROLE');
  });
});
