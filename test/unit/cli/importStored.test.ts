import { expect } from 'chai';
import { joinStored } from '../../../src/cli/imports/importStored.js';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { planEnvImport } from '../../../src/domain/imports/envImport.js';
import { Secret } from '../../../src/domain/secret.js';
import { HARD_VARIABLES } from '../../support/cases/hardValues.js';

const keys = (values: Record<string, string>) =>
  new Map(Object.entries(values).map(([key, value]) => [key, new Secret(value)]));

/** The plan as the broker makes it, and the values by group and field. */
function plan(file: string, values: Record<string, string>) {
  const { content, names } = joinStored(file, keys(values));
  const entries = parseDotenv(content).entries.map((e) => ({ ...e, preferred: names.includes(e.name) }));
  const { groups, rows } = planEnvImport({ entries, warnings: [] }, envVocabulary);
  const fields = groups.map((g) => [
    g.key,
    Object.fromEntries(Object.entries(g.fields).map(([name, secret]) => [name, secret.reveal()])),
  ]);
  return { groups, rows, fields: Object.fromEntries(fields) as Record<string, Record<string, string>> };
}

describe("a .env and a Vault's keys as one import", () => {
  it('gives back every byte of hard values, whatever the file before them', () => {
    const hard = Object.fromEntries(Object.entries(HARD_VARIABLES).map(([n, v]) => [n.toLowerCase(), v]));
    const files = [
      '',
      'A=1',
      '# end',
      "A='x\ny'\n",
      'A="q" # c\r\nB=2\r\n',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: python-dotenv's syntax, not ours
      'A=${B}\nB=1',
      'NO_VALUE\n',
      '\ufeffA=1\n',
    ];
    for (const file of files) {
      const { content } = joinStored(file, keys(hard));
      const read = new Map(parseDotenv(content).entries.map((e) => [e.name, e.value]));
      for (const [name, value] of Object.entries(HARD_VARIABLES))
        expect(read.get(name), name).to.equal(value);
    }
  });

  it('refuses a file whose open quotes would reach into the keys', () => {
    for (const file of ["A='open", 'A="open\n', "X=1\nA='\nB=2\n"])
      expect(() => joinStored(file, keys({ esxi_password: `it's "so"` })), file).to.throw(
        /cannot be combined/,
      );
  });

  it('makes one credential of settings in the file and secrets in Vault', () => {
    const { fields, groups } = plan('PROXMOX_02_HOST=pve2\nPROXMOX_02_USER=root@pam\n', {
      proxmox_token_value_02: 'not-it',
      proxmox_02_password: 'pw',
    });
    expect(fields['proxmox:02']).to.include({ host: 'pve2', password: 'pw' });
    expect(groups.map((g) => g.key)).to.deep.equal(['proxmox:02']);
  });

  it("takes Vault's value in every spelling of a field", () => {
    const cases: [string, Record<string, string>, string, string][] = [
      ['PROXMOX_PASSWORD_02=old', { proxmox_02_password: 'new' }, 'proxmox:02', 'password'],
      ['PROXMOX_02_PASSWORD=old', { proxmox_password_02: 'new' }, 'proxmox:02', 'password'],
      ['PROXMOX_PASSWORD=old', { proxmox_admin_passwd: 'new' }, 'proxmox:01', 'password'],
      ['esxi_password=old', { ESXI_PASSWORD: 'new' }, 'vmware', 'password'],
    ];
    for (const [line, values, group, field] of cases) {
      const { fields, rows } = plan(line, values);
      expect(fields[group]?.[field], line).to.equal('new');
      expect(
        rows.some((row) => row.class === 'duplicate' && row.line === 1),
        line,
      ).to.equal(true);
    }
  });

  it("keeps the case of machines' names and leaves out what is no variable", () => {
    const { names } = joinStored(
      '',
      keys({ machine_cred_web_user: 'a', machine_cred_WEB_user: 'b', 'a.b': 'c' }),
    );
    expect(names).to.deep.equal(['MACHINE_CRED_web_USER', 'MACHINE_CRED_WEB_USER']);
  });
});
