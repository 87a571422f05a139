import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, startCliSystem } from '../../support/broker/cliSystem.js';

const OLD_SPELLINGS = `PROXMOX_HOST=pve01.lab.example
PROXMOX_ADMIN=root@pam
PROXMOX_ADMIN_PASSWD=made-up-one
PROXMOX_02_HOST=pve02.lab.example
PROXMOX_02_USER=root@pam
PROXMOX_02_PASSWORD=made-up-two
PROXMOX_03_HOST=pve03.lab.example
PROXMOX_03_USER=root@pam
PROXMOX_03_TOKEN_NAME=glassdome
PROXMOX_03_TOKEN_VALUE=12345678-abcd-ef12-3456-7890abcdef12
AWS_ACCESS_KEY_ID=AKIAJ5TESTKEYMADEUP1
AWS_SECRET_ACCESS_KEY=k9fJ2mQx7vLw3pZt8rYb5nHd1cGs6aXe4uKo0iTj
AWS_DEFAULT_REGION=eu-central-1
UBIQUITI_GATEWAY_HOST=192.0.2.1
UBIQUITY_KEY=made-up-unifi
GOOGLE_SEARCH_API=made-up-search
MAILCOW_URL=https://mail.lab.example
MAILCOW_KEY=made-up-mailcow
OVERSEER_MAIL_PASSWORD=made-up-mailbox
`;

/** What Glassdome's settings and its Vault door ask for. */
const CANONICAL = {
  PROXMOX_USER: 'root@pam',
  PROXMOX_PASSWORD: 'made-up-one',
  PROXMOX_PASSWORD_02: 'made-up-two',
  PROXMOX_TOKEN_VALUE_03: '12345678-abcd-ef12-3456-7890abcdef12',
  AWS_REGION: 'eu-central-1',
  UBIQUITI_API_KEY: 'made-up-unifi',
  GOOGLE_SEARCH_API_KEY: 'made-up-search',
  MAILCOW_API_URL: 'https://mail.lab.example',
  MAIL_API: 'made-up-mailcow',
  OVERSEER_PASSWORD: 'made-up-mailbox',
};

describe('a .env with old spellings only', function () {
  this.timeout(120_000);
  let system: CliSystem;

  before(async () => {
    system = await startCliSystem();
    const path = join(system.folder, 'old.env');
    writeFileSync(path, OLD_SPELLINGS);
    const { code, stderr } = await system.glassdome(['credentials', 'import', path, '--yes']);
    expect(code, stderr).to.equal(0);
  });
  after(() => system.stop());

  const seen = async (...flags: string[]): Promise<Record<string, string>> => {
    const program = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];
    const { code, stdout, stderr } = await system.glassdome([
      'credentials',
      'run',
      ...flags,
      '--',
      ...program,
    ]);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout);
  };

  it('gives a program canonical names, and the old ones too', async () => {
    const environment = await seen();
    expect(environment).to.include(CANONICAL);
    expect(environment).to.include({ UBIQUITY_KEY: 'made-up-unifi', PROXMOX_02_PASSWORD: 'made-up-two' });
  });

  it('gives the names of the file alone with --no-aliases, and single aliases with --only', async () => {
    expect(await seen('--no-aliases')).not.to.have.any.keys(...Object.keys(CANONICAL));
    const one = await seen('--only', 'AWS_REGION', '--require', 'AWS_REGION');
    expect(one).to.include({ AWS_REGION: 'eu-central-1' });
    expect(one).not.to.have.any.keys('AWS_DEFAULT_REGION', 'UBIQUITI_API_KEY');
  });

  it('lists which name is another one’s alias', async () => {
    const { stdout } = await system.glassdome(['credentials', 'env', '--json']);
    const sources = JSON.parse(stdout) as Record<string, { alias_of?: string; field: string }>;
    expect(sources['AWS_REGION']).to.include({ alias_of: 'AWS_DEFAULT_REGION', field: 'region' });
    expect(sources['AWS_DEFAULT_REGION']).not.to.have.property('alias_of');
    const { stdout: dotenv } = await system.glassdome(['credentials', 'env', '--format', 'dotenv']);
    expect(dotenv).to.match(/^AWS_REGION=/m);
  });

  it('answers the API with the names of the file, unless aliases are asked for', async () => {
    const read = async (query: string) =>
      (await (await system.send('GET', `/api/environment${query}`)).json()) as {
        variables: Record<string, string>;
        sources: Record<string, { alias_of: string | null }>;
      };
    const { variables, sources } = await read('');
    expect(variables).not.to.have.property('AWS_REGION');
    expect(sources['AWS_DEFAULT_REGION']?.alias_of).to.equal(null);
    expect((await read('?aliases=true')).variables).to.include(CANONICAL);
    expect((await system.send('GET', '/api/environment?aliases=yes')).status).to.equal(400);
  });

  it('gives what Glassdome’s clients take as arguments', async () => {
    const words = [
      'credentials',
      'resolve',
      '--env',
      'AWS_REGION',
      'Proxmox 02',
      'UniFi',
      '--shape',
      'client',
    ];
    const { stdout, stderr } = await system.glassdome([...words, '--json']);
    const { items } = JSON.parse(stdout) as { items: { client: string | null; fields: object }[] };
    expect(items[0], stderr).to.deep.include({
      client: 'ProxmoxClient',
      fields: { host: 'pve02.lab.example', user: 'root@pam', password: 'made-up-two' },
    });
    expect(items[1]).to.deep.include({
      client: 'UnifiAgent',
      fields: { host: '192.0.2.1', api_key: 'made-up-unifi' },
    });
    expect(items[2]).to.deep.include({ client: null, fields: { region: 'eu-central-1' } });
    expect((await system.glassdome([...words.slice(0, -1), 'dict'])).code).to.not.equal(0);
  });

  it('leaves a name to the credential that claims it', async () => {
    const made = await system.send('POST', '/api/credentials', {
      name: 'region of another',
      service_type: 'other',
      fields: { value: 'us-west-2' },
      env_names: { AWS_REGION: 'value' },
    });
    expect(made.status, await made.text()).to.equal(201);
    expect(await seen()).to.include({ AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'eu-central-1' });
  });
});
