// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the grammar under test
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { planEnvImport } from '../../../src/domain/imports/envImport.js';
import {
  classes,
  environmentOf,
  fileValues,
  group,
  plan,
  rowOf,
  texts,
} from '../../support/cases/envPlans.js';

const example = readFileSync('test/fixtures/glassdome.env', 'utf8');
describe("a lab's .env becomes credentials", () => {
  const whole = plan(example);

  it('sorts all 57 names: 42 make 15 credentials, 14 stay where they are, one is empty', () => {
    const counted: Record<string, number> = {};
    for (const row of whole.rows) counted[row.class] = (counted[row.class] ?? 0) + 1;
    expect(counted).to.deep.equal({
      bootstrap: 6,
      setting: 6,
      connection_string: 2,
      credential: 42,
      empty: 1,
    });
    expect(whole.groups).to.have.length(15);
    expect(whole.groups.flatMap((g) => g.problems)).to.deep.equal([]);
  });

  it('names them so that people know them', () => {
    expect(whole.groups.map((g) => g.name)).to.deep.equal([
      'Proxmox 01',
      'Proxmox 02',
      'Proxmox 03',
      'ESXi',
      'AWS',
      'Azure',
      'OpenAI',
      'Anthropic',
      'Google Search',
      'Mailcow',
      'Cisco 3850',
      'UniFi',
      'TrueNAS',
      'Machine default Windows',
      'Machine default Linux',
    ]);
  });

  it('gives back the same variables with the same bytes', () => {
    const names = whole.rows.filter((row) => row.class === 'credential').map((row) => row.name);
    expect(environmentOf(whole.groups)).to.deep.equal(fileValues(parseDotenv(example), names));
  });

  it('shows no value anywhere', () => {
    const shown = JSON.stringify(whole);
    for (const { value } of parseDotenv(example).entries) {
      if ((value?.length ?? 0) > 8) expect(shown, value ?? '').not.to.contain(value);
    }
  });
});

describe('Proxmox instances are numbered in two ways at once', () => {
  const first =
    'PROXMOX_HOST=a\nPROXMOX_USER=u@pve\nPROXMOX_TOKEN_NAME=t\nPROXMOX_TOKEN_VALUE=v\nPROXMOX_VERIFY_SSL=true\n';

  it('knows both spellings of the token value; the one Glassdome documents wins', () => {
    const both = plan(
      'PROXMOX_02_HOST=b\nPROXMOX_02_TOKEN_NAME=t\nPROXMOX_TOKEN_VALUE_02=doc\nPROXMOX_02_TOKEN_VALUE=undoc',
    );
    expect(texts(group(both, 'proxmox:02'))['token_value']).to.equal('doc');
    expect(rowOf(both, 'PROXMOX_02_TOKEN_VALUE')).to.include({
      class: 'duplicate',
      note: 'PROXMOX_TOKEN_VALUE_02 (line 3) wins',
    });
    const one = plan('PROXMOX_02_HOST=b\nPROXMOX_02_TOKEN_NAME=t\nPROXMOX_02_TOKEN_VALUE=undoc');
    expect(group(one, 'proxmox:02').envNames).to.have.property('PROXMOX_02_TOKEN_VALUE', 'token_value');
  });

  it('takes token name and TLS choice of 01 where another instance has none, without a variable for them', () => {
    const second = group(
      plan(`${first}PROXMOX_02_HOST=b\nPROXMOX_02_USER=u@pve\nPROXMOX_TOKEN_VALUE_02=w`),
      'proxmox:02',
    );
    expect(texts(second)).to.deep.equal({
      host: 'b',
      user: 'u@pve',
      token_value: 'w',
      token_name: 't',
      verify_ssl: 'true',
    });
    expect(Object.keys(second.envNames).sort()).to.deep.equal([
      'PROXMOX_02_HOST',
      'PROXMOX_02_USER',
      'PROXMOX_TOKEN_VALUE_02',
    ]);
    expect(second.labels).to.deep.equal({ instance: '02' });
    expect(second.problems).to.deep.equal([]);
  });

  it('gives no token name to an instance with a password only', () => {
    const third = group(plan(`${first}PROXMOX_03_HOST=c\nPROXMOX_03_PASSWORD=p`), 'proxmox:03');
    expect(texts(third)).not.to.have.property('token_name');
  });

  it('lets PROXMOX_01_… override the three that Glassdome overrides, and no other', () => {
    const overridden = plan(`${first}PROXMOX_01_HOST=x\nPROXMOX_01_TOKEN_NAME=y`);
    expect(texts(group(overridden, 'proxmox:01'))).to.include({ host: 'x', token_name: 't' });
    expect(classes(overridden)).to.include({
      PROXMOX_HOST: 'duplicate',
      PROXMOX_01_HOST: 'credential',
      PROXMOX_01_TOKEN_NAME: 'duplicate',
    });
  });

  it('keeps 2 and 02 apart', () => {
    const keys = plan(
      'PROXMOX_2_HOST=a\nPROXMOX_2_PASSWORD=p\nPROXMOX_02_HOST=b\nPROXMOX_02_PASSWORD=p',
    ).groups.map((g) => g.key);
    expect(keys).to.deep.equal(['proxmox:2', 'proxmox:02']);
  });

  it('takes the admin spellings where the usual ones are empty', () => {
    const admin = plan('PROXMOX_HOST=a\nPROXMOX_USER=\nPROXMOX_ADMIN=root@pam\nPROXMOX_ADMIN_PASSWD=p');
    expect(texts(group(admin, 'proxmox:01'))).to.deep.equal({ host: 'a', user: 'root@pam', password: 'p' });
    expect(group(admin, 'proxmox:01').problems).to.deep.equal([]);
  });

  it('needs a user in the file, and does not store the one that a form suggests', () => {
    const [problem] = group(plan('PROXMOX_HOST=a\nPROXMOX_PASSWORD=p'), 'proxmox:01').problems;
    expect(problem).to.deep.equal({ field: 'fields.user', rule: 'is required (Username)' });
  });

  it('takes a token id apart and gives it back whole', () => {
    const file = 'PROXMOX_HOST=a\nPROXMOX_TOKEN_ID=apex@pve!gd\nPROXMOX_TOKEN_SECRET=s';
    const { groups } = plan(file);
    expect(groups[0]?.problems).to.deep.equal([]);
    expect(environmentOf(groups)).to.deep.equal({
      PROXMOX_HOST: 'a',
      PROXMOX_TOKEN_ID: 'apex@pve!gd',
      PROXMOX_TOKEN_SECRET: 's',
    });
  });

  it('tells when a value is stored in its parts', () => {
    const { rows } = plan('PROXMOX_HOST=a\nPROXMOX_TOKEN_VALUE=apex@pve!gd=uuid');
    expect(rows[1]?.note).to.contain('stored as separate fields');
  });
});

describe('what goes in comes out', () => {
  it('for any values of known variables', () => {
    const name = fc.constantFrom(
      'ESXI_HOST',
      'ESXI_PASSWORD',
      'ESXI_NETWORK',
      'ESXI_VERIFY_SSL',
      'OPENAI_API_KEY',
      'PROXMOX_HOST',
      'PROXMOX_PASSWORD',
      'PROXMOX_01_HOST',
      'PROXMOX_02_HOST',
      'PROXMOX_02_TOKEN_VALUE',
      'PROXMOX_TOKEN_VALUE_02',
      'PROXMOX_02_TOKEN_NAME',
      'MAIL_API',
      'MAILCOW_API_KEY',
      'MAILCOW_DOMAIN',
      'OVERSEER_PASSWORD',
      'MACHINE_CRED_A_USER',
      'MACHINE_CRED_A_PASSWORD',
    );
    const value = fc.oneof(
      fc.constantFrom('h', 'true', 'on', '1', ' x ', 'a b', '${OPENAI_API_KEY}'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (lines) => {
        const parsed = parseDotenv(
          lines.map(([n, v]) => `${n}='${v.replace(/[\\']/g, (c) => `\\${c}`)}'`).join('\n'),
        );
        const told = planEnvImport(parsed, envVocabulary);
        const whole = told.groups.filter((g) => g.problems.length === 0);
        const given = environmentOf(whole);
        const parts = told.rows
          .filter((row) => row.note?.includes('stored as separate fields'))
          .map((row) => row.name);
        for (const part of parts) delete given[part];
        expect(given).to.deep.equal(fileValues(parsed, Object.keys(given)));
        expect(new Set(told.rows.map((row) => row.name)).size).to.equal(parsed.entries.length);
      }),
    );
  });
});
