// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the grammar under test
import { expect } from 'chai';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { connectorOf } from '../../../src/connectors/registry.js';
import { mergeFields } from '../../../src/domain/credentials/templateFields.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { planEnvImport } from '../../../src/domain/imports/envImport.js';
import { group, plan, texts } from '../../support/cases/envPlans.js';

describe('systems without a connector become `other`', () => {
  const cases: [
    title: string,
    file: string,
    key: string,
    fields: Record<string, string>,
    secrets: string[],
  ][] = [
    [
      'a mailbox knows its address',
      'MAILCOW_DOMAIN=lab.example\nMAIL_API=k\nOVERSEER_PASSWORD=p',
      'mailbox:overseer',
      { password: 'p', mailbox: 'overseer@lab.example' },
      ['password'],
    ],
    [
      'Mailcow by another name',
      'MAILCOW_API_KEY=k\nMAILCOW_API_URL=https://m',
      'mailcow',
      { api_token: 'k', api_url: 'https://m' },
      ['api_token'],
    ],
    [
      'a Nexus switch',
      'NEXUS_3064_HOST=h\nNEXUS_3064_USER=a\nNEXUS_3064_PASSWORD=p\nNEXUS_3064_SSH_PORT=22',
      'cisco:nexus_3064',
      { host: 'h', username: 'a', password: 'p', port: '22' },
      ['password'],
    ],
    ['UniFi', 'UBIQUITI_GATEWAY_HOST=h\nUBIQUITY_KEY=k', 'unifi', { host: 'h', api_key: 'k' }, ['api_key']],
    [
      'Guacamole',
      'UPDOCK_HOST=h\nUPDOCK_GUAC_DB_USER=u\nUPDOCK_GUAC_DB_PASSWORD=p',
      'guacamole',
      { host: 'h', guac_db_user: 'u', guac_db_password: 'p' },
      ['guac_db_password'],
    ],
    ['TrueNAS', 'TRUENAS_API_KEY=k\nTRUENAS_API_USER=u', 'truenas', { api_key: 'k', user: 'u' }, ['api_key']],
    [
      'a machine',
      'MACHINE_CRED_WEB-01.lab_USER=u\nMACHINE_CRED_WEB-01.lab_PASSWORD=p',
      'machine:WEB-01.lab',
      { user: 'u', password: 'p' },
      ['password'],
    ],
    [
      'all Windows machines',
      'WINDOWS_DEFAULT_PASSWORD=p',
      'machine_default:windows',
      { password: 'p' },
      ['password'],
    ],
    [
      'all Linux machines',
      'LINUX_DEFAULT_PASSWORD=p\nLINUX_SSH_PORT=2222',
      'machine_default:linux',
      { password: 'p', port: '2222' },
      ['password'],
    ],
    ['a plain key', 'XAI_API_KEY=k', 'api_key:xai', { api_key: 'k' }, ['api_key']],
    [
      'a key with its id',
      'GOOGLE_SEARCH_API=k\nGOOGLE_ENGINE_ID=e',
      'api_key:google_search',
      { api_key: 'k', engine_id: 'e' },
      ['api_key'],
    ],
    [
      'a URL with a login counts as secret',
      'MAIL_API=k\nMAILCOW_API_URL=https://u:p@m',
      'mailcow',
      { api_token: 'k', api_url: 'https://u:p@m' },
      ['api_token', 'api_url'],
    ],
  ];
  for (const [title, file, key, fields, secrets] of cases) {
    it(title, () => {
      const found = group(plan(file), key);
      expect(found.serviceType).to.equal('other');
      expect(texts(found)).to.deep.equal(fields);
      expect([...(found.secretFields ?? [])].sort()).to.deep.equal(secrets);
      expect(found.problems).to.deep.equal([]);
    });
  }
});

describe('what is no credential is told as what it is', () => {
  const cases: [line: string, told: string][] = [
    ['OPENAI_API_KEY=', 'empty'],
    ['OPENAI_API_KEY=${OPENAI_API_KEY}', 'empty'],
    ['OPENAI_API_KEY=sk-${REST}', 'placeholder'],
    ['OPENAI_API_KEY=your-openai-key-here', 'placeholder'],
    ['OPENAI_API_KEY=your-key-here-replace-this', 'placeholder'],
    ['OPENAI_API_KEY=change-me', 'placeholder'],
    ['OPENAI_API_KEY=<the key>', 'placeholder'],
    ['OPENAI_API_KEY=sk-real', 'credential'],
    ['SECRET_KEY=change-this-in-production-use-openssl-rand-hex-32', 'bootstrap'],
    ['vault_token=s.1', 'bootstrap'],
    ['CELERY_BROKER_URL=redis://:pw@h/0', 'connection_string'],
    ['SOME_DSN=amqp://u:pw@h', 'connection_string'],
    ['LAB_PROXMOX_INSTANCE=01', 'setting'],
    ['LOGSTASH_HOST=h', 'setting'],
    ['MY_OWN_TOKEN=x', 'unknown'],
  ];
  for (const [line, told] of cases)
    it(`${line} is ${told}`, () => expect(plan(line).rows[0]?.class).to.equal(told));

  it('guesses that an unknown name is secret by its words', () => {
    const { rows } = plan('MY_OWN_TOKEN=x\nMONKEY=y\nDB_PASSWD=z\nGREETING=hi');
    expect(rows.map((row) => row.secret)).to.deep.equal([true, false, true, false]);
  });

  it('says that a value comes from the shell', () => {
    expect(plan('OPENAI_API_KEY=${OPENAI_API_KEY}').rows[0]?.note).to.equal(
      'taken from the shell: ${OPENAI_API_KEY}',
    );
  });

  it('tells which of two lines counts', () => {
    const { rows, groups } = plan('OPENAI_API_KEY=old\nOPENAI_API_KEY=new');
    expect(rows.map(({ line, class: c, note }) => [line, c, note])).to.deep.equal([
      [1, 'duplicate', 'line 2 wins'],
      [2, 'credential', undefined],
    ]);
    expect(groups.map(texts)).to.deep.equal([{ api_key: 'new' }]);
  });

  it('keeps both names of one value', () => {
    expect(plan('GOOGLE_SEARCH_API=k\nGOOGLE_SEARCH_API_KEY=k').groups[0]?.envNames).to.deep.equal({
      GOOGLE_SEARCH_API: 'api_key',
      GOOGLE_SEARCH_API_KEY: 'api_key',
    });
  });

  it('knows names in any case and gives them back as the file spells them', () => {
    expect(plan('openai_api_key=k').groups[0]?.envNames).to.deep.equal({ openai_api_key: 'api_key' });
  });
});

describe('a credential that lacks something is told and not imported', () => {
  const cases: [file: string, key: string, problem: string][] = [
    ['ESXI_HOST=h', 'vmware', 'fields.password is required (Password)'],
    ['AWS_REGION=eu', 'aws', 'fields.access_key_id is required (Access Key ID)'],
    ['PROXMOX_TOKEN_VALUE_02=v', 'proxmox:02', 'fields.host is required (Proxmox Host)'],
    ['PROXMOX_ROOT_PASSWORD=p', 'proxmox:01', 'fields.host is required (Proxmox Host)'],
    [
      'ESXI_HOST=a b\nESXI_PASSWORD=p',
      'vmware',
      'fields.host must be a host name or an address, without spaces, scheme or path',
    ],
    ['CISCO_3850_HOST=h', 'cisco:cisco_3850', 'fields must contain password'],
    ['UBIQUITI_GATEWAY_HOST=h', 'unifi', 'fields must contain password or api_key'],
    ['MACHINE_CRED_WEB_USER=u', 'machine:WEB', 'fields.password is required'],
  ];
  for (const [file, key, problem] of cases) {
    it(file.replace('\n', ', '), () => {
      const told = plan(file);
      expect(group(told, key).problems.map((p) => `${p.field} ${p.rule}`)).to.include(problem);
      expect(told.rows[0]?.note).to.contain('not imported');
    });
  }
});

describe('an import adds nothing that the file did not contain', () => {
  const fieldsOf = (text: string) => {
    const [group] = planEnvImport(parseDotenv(text), envVocabulary).groups;
    if (group === undefined) throw new Error('no group');
    const { template } = connectorOf(group.serviceType) ?? {};
    if (template === undefined) throw new Error('no template');
    expect(group.problems).to.deep.equal([]);
    const { values } = mergeFields({ template, given: group.fields, exact: true });
    return [...Object.keys(values.settings), ...Object.keys(values.secrets)].sort();
  };

  it('no model, no user of machines; how to sign in follows from what is there', () => {
    expect(fieldsOf('OPENAI_API_KEY=sk-proj-abc12345\n')).to.deep.equal(['api_key']);
    expect(fieldsOf('ANTHROPIC_API_KEY=sk-ant-abc12345\n')).to.deep.equal(['api_key']);
    expect(fieldsOf('LINUX_DEFAULT_PASSWORD=abc\n')).to.deep.equal(['password']);
    expect(fieldsOf('PROXMOX_HOST=h.example\nPROXMOX_USER=a@pve\nPROXMOX_PASSWORD=abc\n')).to.deep.equal([
      'auth_method',
      'host',
      'password',
      'user',
    ]);
  });

  it('and later changes add none either, while a form still applies its own', () => {
    const { template } = connectorOf('openai') ?? {};
    if (template === undefined) throw new Error('no template');
    const current = mergeFields({ template, given: { api_key: 'sk-one' }, exact: true }).values;
    const changed = mergeFields({ template, given: { api_key: 'sk-two' }, current });
    expect(changed.changed).to.deep.equal(['api_key']);
    expect(mergeFields({ template, given: { api_key: 'sk-one' } }).values.settings).to.have.property('model');
  });
});

describe('references that nothing sets, and names that nobody knows', () => {
  const planned = (text: string, choice: { include?: string[]; includeAll?: boolean; asName?: string }) =>
    planEnvImport(parseDotenv(text), envVocabulary, {
      include: [],
      includeAll: false,
      asName: 'app',
      ...choice,
    });

  it('judge by name and value what is secret, and give each variable a field of its own', () => {
    const text = [
      'STRIPE_API_KEY=sk_live_x',
      'PAGE_SIZE=20',
      'FEATURE_ON=true',
      'UPSTREAM=https://user:hunter2@host.example/x',
      'CERT="-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"',
      'SESSION_SALT=Zk3abcDEF123456789xyz',
      'SITE=https://shop.example/path',
      'TEST_URL=https://shop.example/health',
      'test_url=x',
      'PATH=/usr/bin',
      'LD_PRELOAD=/x.so',
    ].join('\n');
    const { groups, rows } = planned(text, { includeAll: true });
    const secret = Object.fromEntries(
      rows.map((row) => [row.name, row.class === 'credential' ? row.secret : row.class]),
    );
    expect(secret).to.deep.include({
      STRIPE_API_KEY: true,
      PAGE_SIZE: false,
      FEATURE_ON: false,
      CERT: true,
      SESSION_SALT: true,
      SITE: false,
      PATH: 'unknown',
      LD_PRELOAD: 'unknown',
      UPSTREAM: 'connection_string',
    });
    expect(groups[0]?.envNames).to.include({ TEST_URL: 'TEST_URL', test_url: 'test_url_2' });
    expect(groups[0]?.problems).to.deep.equal([]);
    const named = planned(text, { include: ['UPSTREAM'] });
    expect(named.groups[0]?.secretFields).to.deep.equal(['UPSTREAM']);
  });

  it('take what is needed before the broker is reachable only by its name', () => {
    const text = 'SECRET_KEY=some-long-key\nDATABASE_URL=postgres://u:p@h/d\nVAULT_SECRET_ID=abc\n';
    expect(planned(text, { includeAll: true }).groups).to.deep.equal([]);
    const { groups } = planned(text, { include: ['SECRET_KEY', 'DATABASE_URL'] });
    expect(Object.keys(groups[0]?.envNames ?? {})).to.deep.equal(['SECRET_KEY', 'DATABASE_URL']);
    expect(groups[0]?.secretFields).to.deep.equal(['SECRET_KEY', 'DATABASE_URL']);
  });

  it('say that a credential holds 64 fields at most', () => {
    const text = Array.from({ length: 70 }, (_, n) => `TOOL_${n}=token-${n}`).join('\n');
    expect(planned(text, { includeAll: true }).groups[0]?.problems[0]?.rule).to.contain('at most 64 fields');
  });
});
