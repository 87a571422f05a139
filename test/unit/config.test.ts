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
  for (const [name, value] of Object.entries(refused)) {
    it(`with ${name}=${value}, and names it`, () => {
      expect(() => loadConfig({ [name]: value })).to.throw(ConfigRefused, new RegExp(`^${name}: `, 'm'));
    });
  }
});
