import { expect } from 'chai';
import { ConfigRefused, loadConfig } from '../../../src/config/config.js';
import { requireStores } from '../../../src/vaultLogins.js';

describe('the broker does not start', () => {
  const refused: Record<string, string> = {
    VAULT_SKIP_VERIFY: 'false',
    DEBUG: 'node-vault',
    NODE_DEBUG: 'http',
    BROKER_HOST: '0.0.0.0',
    VAULT_ADDR: 'http://vault.lab:8200',
    DATABASE_URL: 'postgresql+asyncpg://db.lab/glassdome',
    REVEALS_PER_MINUTE: '-1',
    RETENTION_AUDIT_MONTHS: '6',
    RETENTION_USAGE_MONTHS: '-1',
    DRIFT: 'always',
    STOP_DELAY_SECONDS: '11',
    LOG_LEVEL: 'debug',
  };
  it('beyond loopback in the clear, where it listens; other commands of the image may have a BROKER_HOST beside them', () => {
    const env = { BROKER_HOST: '0.0.0.0' };
    expect(() => loadConfig(env)).to.throw(ConfigRefused, /^BROKER_HOST: /);
    expect(loadConfig(env, { listens: false }).BROKER_HOST).to.equal('0.0.0.0');
    expect(loadConfig(env, { listens: 'worker' }).WORKER_PORT).to.equal(undefined);
    const named = { ...env, WORKER_PORT: '8401' };
    expect(() => loadConfig(named, { listens: 'worker' })).to.throw(ConfigRefused, /^BROKER_HOST: /);
  });
  it('with a REPORT_SCHEDULE that cannot be meant, and names field and rule', () => {
    const minute = /^REPORT_SCHEDULE must have a minute of 0 to 59, and not "99"$/;
    expect(() => loadConfig({ REPORT_SCHEDULE: '99 6 * * *' })).to.throw(ConfigRefused, minute);
    const never = /^REPORT_SCHEDULE must name a day that exists$/;
    expect(() => loadConfig({ REPORT_SCHEDULE: '0 6 31 2 *' })).to.throw(ConfigRefused, never);
  });
  for (const [name, value] of Object.entries(refused)) {
    it(`with ${name}=${value}, and names it`, () => {
      expect(() => loadConfig({ [name]: value })).to.throw(ConfigRefused, new RegExp(`^${name}[: ]`, 'm'));
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

describe('origins of pages that may call the API', () => {
  it('are named whole; no wildcard, no path, no plain http beyond loopback', () => {
    for (const wrong of [
      '*',
      'glassdome.lab',
      'https://glassdome.lab/',
      'https://*.lab',
      'null',
      'file:///x',
      'https://a@b.lab',
    ])
      expect(() => loadConfig({ CORS_ORIGINS: wrong }), wrong).to.throw(
        ConfigRefused,
        /^CORS_ORIGINS must be origins/,
      );
    expect(() => loadConfig({ CORS_ORIGINS: 'http://glassdome.lab' })).to.throw('plain http beyond loopback');
    const taken = 'https://glassdome.lab, http://localhost:5174';
    expect(loadConfig({ CORS_ORIGINS: taken }).CORS_ORIGINS).to.equal(taken);
    expect(loadConfig({}).CORS_ORIGINS).to.equal('');
  });
});

describe('secrets that would be guessed', () => {
  const told = (env: NodeJS.ProcessEnv): string => {
    try {
      loadConfig(env);
      return 'taken';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  const at = (login: string, host = 'db.lab', more = '') =>
    `postgres://${login}@${host}/broker?sslmode=verify-full${more}`;
  const weak: Record<string, string> = {
    'kX9-vPq2Lw7': 'fewer than 12 characters',
    broker_app_role: 'the same as its user name',
    'change-me-please': 'a common password',
    Glassdome2024: 'a common password',
    'passwordpassword1!': 'a common password',
    '123456789012': 'a common password',
    aaaaaaaaaaaaaaaa: 'a common password',
  };
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL']) {
    for (const [password, reason] of Object.entries(weak)) {
      it(`${name} with ${password}: ${reason}; the way out is named, the password is not`, () => {
        const text = told({ [name]: at(`broker_app_role:${encodeURIComponent(password)}`) });
        expect(text).to.match(new RegExp(`^${name}: the password .*${reason}.*openssl rand -hex 24`));
        if (password !== 'broker_app_role') expect(text).not.to.contain(password);
      });
    }
    it(`${name} with one in the query, where the driver takes it from too`, () => {
      expect(told({ [name]: at('broker_app', 'db.lab', '&password=postgres') })).to.contain(
        'the password has fewer',
      );
      expect(told({ [name]: at('broker_app:postgres', 'localhost', '&host=db.lab') })).to.contain(
        'the password',
      );
    });
    it(`${name} is taken with a random one, with a certificate in its place, and on loopback`, () => {
      for (const login of ['broker_app:9f2c4e71a0b35d68c1e7', 'broker_app:tXk%2F9wQz%40uB4r', 'broker_app'])
        expect(told({ [name]: at(login) }), login).to.equal('taken');
      expect(told({ [name]: at('broker_app:postgres', '127.0.0.1') })).to.equal('taken');
    });
  }

  it('a token in the place of a login is for a Vault on this machine', () => {
    const env = { VAULT_AUTH_METHOD: 'token', VAULT_ADDR: 'https://vault.lab:8200' };
    expect(told(env)).to.match(/^VAULT_AUTH_METHOD: token is .*approle .*pod/);
    expect(told({ ...env, VAULT_ADDR: 'https://127.0.0.1:8200,https://vault.lab:8200' })).to.contain(
      'token is',
    );
    expect(told({ ...env, VAULT_ADDR: 'http://127.0.0.1:8200' })).to.equal('taken');
  });
});

describe('faults of variables', () => {
  const refusal = (env: NodeJS.ProcessEnv): string[] => {
    try {
      loadConfig(env);
      return [];
    } catch (error) {
      return error instanceof ConfigRefused ? error.message.split('\n') : ['another error'];
    }
  };

  const faults: [NodeJS.ProcessEnv, string][] = [
    [{ BROKER_PORT: 'abc' }, 'BROKER_PORT must be a whole number from 1 to 65535'],
    [{ BROKER_PORT: '' }, 'BROKER_PORT must be a whole number from 1 to 65535'],
    [{ BROKER_PORT: '80.5' }, 'BROKER_PORT must be a whole number from 1 to 65535'],
    [{ WORKER_PORT: '70000' }, 'WORKER_PORT must be a whole number from 1 to 65535'],
    [{ TEST_INTERVAL_MINUTES: '1' }, 'TEST_INTERVAL_MINUTES must be a whole number from 5 to 525600'],
    [{ VALUE_CACHE_SECONDS: '9' }, 'VALUE_CACHE_SECONDS must be a number from 0 to 5'],
    [{ RETENTION_AUDIT_MONTHS: 'x' }, 'RETENTION_AUDIT_MONTHS must be a whole number from 0 to 1200'],
    [{ RETENTION_AUDIT_MONTHS: '3' }, 'RETENTION_AUDIT_MONTHS must be 0 (for ever) or at least 12'],
    [{ ALLOW_PLAIN_HTTP: 'yes' }, 'ALLOW_PLAIN_HTTP must be true or false'],
    [{ LOG_LEVEL: 'debug' }, 'LOG_LEVEL must be error or warn or info'],
    [
      { SMTP_FROM: 'x', SMTP_HOST: 'h' },
      'SMTP_FROM must be a mail address, or a name and a mail address in <>',
    ],
  ];
  for (const [env, text] of faults)
    it(`are named in our words: ${JSON.stringify(env)}`, () => {
      expect(refusal(env)).to.deep.equal([text]);
    });

  it('are named all at once, single ones, those of pairs, and files', () => {
    const env = {
      BROKER_PORT: 'abc',
      REMIND_DAYS: 'soon',
      SMTP_HOST: 'mail.lab',
      VAULT_SKIP_VERIFY: 'true',
      GLASSDOME_JWT_KEY_FILES: '/nowhere/a,/nowhere/b',
    };
    const lines = refusal(env);
    for (const name of [
      'BROKER_PORT',
      'REMIND_DAYS',
      'SMTP_HOST and SMTP_FROM',
      'VAULT_SKIP_VERIFY',
      '/nowhere/a',
      '/nowhere/b',
    ])
      expect(
        lines.filter((line) => line.includes(name)),
        name,
      ).to.have.length(1);
    expect(lines.join()).not.to.match(/Invalid|expected|received/);
  });

  it('that are missing are named all at once, too', () => {
    const config = loadConfig({});
    expect(() => requireStores(config, ['api', 'users'])).to.throw(
      [
        'DATABASE_URL',
        'VAULT_ADDR',
        'VAULT_ROLE_ID',
        'VAULT_SECRET_ID_FILE',
        'VAULT_USERS_ROLE_ID',
        'VAULT_USERS_SECRET_ID_FILE',
      ]
        .map((name) => `${name} must be set`)
        .join('\n'),
    );
    const pod = loadConfig({ VAULT_AUTH_METHOD: 'pod', DATABASE_URL: 'postgres://x@127.0.0.1/b' });
    expect(() => requireStores(pod, ['worker', 'reconciler'])).to.throw(/^VAULT_ADDR must be set$/);
  });
});
