import { expect } from 'chai';
import { vaultPathFor } from '../../../src/domain/credentials/credential.js';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';

interface Group {
  key: string;
  result: string;
  credential_id: string;
  differences: { field: string; source: string; at: string | null; by: string | null }[];
}

/** A file that is imported again after people, rotations or other clients of Vault changed what it brought. */
describe('importing again', function () {
  this.timeout(90_000);
  let system: CliSystem;

  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());

  const run = (words: string[], stdin?: string): Promise<Ended> =>
    system.glassdome(['credentials', ...words], stdin === undefined ? {} : { stdin });

  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await system.send(method, path, body);
    const answer: unknown = await response.json();
    expect(response.status, JSON.stringify(answer)).to.be.below(300);
    return answer as T;
  }
  /** One group; an import of its own. */
  async function take(content: string, more: object = {}): Promise<Group> {
    const body = { content, dry_run: false, ...more };
    const preview = await call<{ groups: Group[] }>('POST', '/api/imports/env', { ...body, dry_run: true });
    const { groups } = await call<{ groups: Group[] }>('POST', '/api/imports/env', body);
    const [group] = groups;
    if (group === undefined) throw new Error('no group');
    // The preview says the same.
    expect(preview.groups[0]?.result).to.equal(
      group.result.replace(/^created$/, 'create').replace(/^updated$/, 'update'),
    );
    expect(preview.groups[0]?.differences).to.deep.equal(group.differences);
    return group;
  }
  const change = (id: string, body: object) => call('PATCH', `/api/credentials/${id}`, body);
  const rotate = (id: string, fields: object) => call('POST', `/api/credentials/${id}/rotate`, { fields });
  const fieldsOf = async (id: string) =>
    (await call<{ fields: Record<string, unknown> }>('GET', `/api/credentials/${id}/secret`)).fields;
  const differs = ({ differences }: Group) => differences.map(({ field, source }) => `${field} ${source}`);

  it('leaves a rotated secret, says so, and takes the file only with --overwrite', async () => {
    const text = 'ANTHROPIC_API_KEY=sk-ant-api03-first-aaaaaaaaaaaa\n';
    const { credential_id: id } = await take(text);
    await rotate(id, { api_key: 'sk-ant-api03-rotated-bbbbbbbb' });
    const again = await run(['import', '-', '--yes'], text);
    expect(again.code, again.stderr).to.equal(0);
    expect(again.stdout).to.match(/anthropic +Anthropic +anthropic +changed here, kept/);
    expect(again.stderr).to.match(
      /Anthropic \(anthropic\): api_key was rotated here on \d{4}-\d\d-\d\d by local:\w+; it is kept\./,
    );
    expect(again.stderr).to.contain('--overwrite anthropic').and.contain('1 changed here and kept');
    expect((await fieldsOf(id))['api_key']).to.equal('sk-ant-api03-rotated-bbbbbbbb');
    const insisted = await run(['import', '-', '--yes', '--overwrite', 'anthropic'], text);
    expect(insisted.stderr).to.contain('Anthropic: updated');
    expect((await fieldsOf(id))['api_key']).to.equal('sk-ant-api03-first-aaaaaaaaaaaa');
    const unknown = await run(['import', '-', '--yes', '--overwrite', 'nobody'], text);
    expect(unknown.stderr).to.contain('There is no group "nobody"');
  });

  it('takes settings from a file that was cleaned of its secrets, for a stored credential only', async () => {
    const secret = 'PVE_NODE_FILE_HELD_THIS';
    const lines = (host: string) => `PROXMOX_HOST=${host}\nPROXMOX_USER=settings@pve\n`;
    const none = await take(`PROXMOX_03_HOST=x.example\nPROXMOX_03_USER=a@pve\n`);
    expect(none.result).to.equal('incomplete');
    const { credential_id: id } = await take(
      `${lines('stored.example').replaceAll('PROXMOX_', 'PROXMOX_04_')}PROXMOX_04_PASSWORD=${secret}\n`,
    );
    const only = lines('moved.example').replaceAll('PROXMOX_', 'PROXMOX_04_');
    expect((await take(only)).result).to.equal('updated');
    expect(await fieldsOf(id)).to.include({ host: 'moved.example', password: secret });
    expect((await take(only)).result).to.equal('unchanged');
    const wrong = await take(only.replace('moved.example', 'https://user:pw@moved.example/x'));
    expect(wrong.result).to.equal('incomplete');
    expect(await fieldsOf(id)).to.include({ host: 'moved.example', password: secret });
  });

  it('keeps what both sides changed, and applies what only the file changed, in one credential', async () => {
    const text = (host: string, password: string) =>
      `PROXMOX_HOST=${host}\nPROXMOX_USER=broker@pve\nPROXMOX_PASSWORD=${password}\n`;
    const { credential_id: id } = await take(text('one.example', 'first-password'));
    await rotate(id, { password: 'rotated-password' });
    const kept = async (host: string, password: string, result: string) => {
      const again = await take(text(host, password));
      expect(again.result).to.equal(result);
      expect(differs(again)).to.deep.equal(['password rotation']);
      expect(await fieldsOf(id)).to.include({ host, password: 'rotated-password' });
    };
    await kept('two.example', 'third-password', 'updated');
    // What was merged then is not what the file brought.
    await kept('two.example', 'third-password', 'differs');
    await kept('three.example', 'first-password', 'updated');
    // The same on both sides: no difference.
    expect((await take(text('three.example', 'rotated-password'))).result).to.equal('unchanged');
    // From here on the file leads again.
    expect((await take(text('three.example', 'fourth-password'))).result).to.equal('updated');
    expect(await fieldsOf(id)).to.include({ password: 'fourth-password' });
  });

  it('keeps what was edited by the API or removed, and takes new lines', async () => {
    const text = 'TRUENAS_HOST=nas.example\nTRUENAS_API_USER=root\nTRUENAS_API_KEY=some-key-1234\n';
    const { credential_id: id } = await take(text);
    await change(id, { fields: { host: 'edited.example', user: null }, env_names: { TRUENAS_HOST: 'host' } });
    const again = await take(text);
    expect(again.result).to.equal('differs');
    expect(differs(again)).to.have.members([
      'host api',
      'user api',
      'env_names.TRUENAS_API_USER api',
      'env_names.TRUENAS_API_KEY api',
    ]);
    expect(again.differences[0]?.by).to.match(/^local:/);
    expect(await fieldsOf(id)).to.deep.equal({ host: 'edited.example', api_key: 'some-key-1234' });
    // An import that insists puts all back.
    expect((await take(text, { overwrite: ['truenas'] })).result).to.equal('updated');
    expect(await fieldsOf(id)).to.include({ host: 'nas.example', user: 'root' });
    expect((await take(text)).result).to.equal('unchanged');
  });

  it('keeps a version that was activated again, also against a third value', async () => {
    const { credential_id: id } = await take('XAI_API_KEY=first-key-1234\n');
    await take('XAI_API_KEY=second-key-1234\n');
    await call('POST', `/api/credentials/${id}/versions/1/activate`, {});
    for (const key of ['second-key-1234', 'third-key-1234']) {
      const again = await take(`XAI_API_KEY=${key}\n`);
      expect(again.result).to.equal('differs');
      expect(differs(again)).to.deep.equal(['api_key activation']);
    }
    expect(await fieldsOf(id)).to.deep.equal({ api_key: 'first-key-1234' });
  });

  it('keeps what somebody wrote in Vault, once it is active', async () => {
    const { credential_id: id } = await take('RAPIDAPI_KEY=first-key-1234\n');
    const { address, rootToken } = system.vault;
    const path = vaultPathFor('other', 'RapidAPI', id);
    const written = await fetch(`${address}/v1/glassdome-credentials/data/${path}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': rootToken, 'content-type': 'application/json' },
      body: JSON.stringify({ data: { api_key: 'edited-in-vault-1234' } }),
    });
    expect(written.status).to.equal(200);
    await system.reconcile();
    await call('POST', `/api/credentials/${id}/versions/2/activate`, {});
    const again = await take('RAPIDAPI_KEY=first-key-1234\n');
    expect(differs(again)).to.deep.equal(['api_key drift']);
    expect(await fieldsOf(id)).to.deep.equal({ api_key: 'edited-in-vault-1234' });
  });

  it('knows by the history what came with an import where Vault has the version no longer', async () => {
    const text = (key: string) => `CISCO_3850_HOST=switch.example\nCISCO_3850_PASSWORD=${key}\n`;
    const { credential_id: id } = await take(text('first-password'));
    await change(id, { fields: { host: 'edited.example' } });
    const { address, rootToken } = system.vault;
    const path = vaultPathFor('other', 'Cisco 3850', id);
    await fetch(`${address}/v1/glassdome-credentials/destroy/${path}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': rootToken, 'content-type': 'application/json' },
      body: JSON.stringify({ versions: [1] }),
    });
    const again = await take(text('second-password'));
    expect(again.result).to.equal('updated');
    expect(differs(again)).to.deep.equal(['host api']);
    expect(await fieldsOf(id)).to.deep.equal({ host: 'edited.example', password: 'second-password' });
  });

  it('keeps the variables of lines that are gone, unless the file renamed them', async () => {
    const unifi = 'UBIQUITI_GATEWAY_HOST=gw.example\n';
    const { credential_id: id } = await take(`${unifi}UBIQUITY_KEY=some-key-1234\n`);
    await take(`UBIQUITI_API_KEY=other-key-1234\n`);
    const { env_names: names } = await call<{ env_names: object }>('GET', `/api/credentials/${id}`);
    expect(names).to.deep.equal({ UBIQUITI_GATEWAY_HOST: 'host', UBIQUITI_API_KEY: 'api_key' });
  });

  it('reports a deleted or disabled credential, and makes it again only where the import insists', async () => {
    const text = 'PERPLEXITY_API_KEY=pplx-some-key-1234\n';
    const { credential_id: id } = await take(text);
    await change(id, { disabled: true });
    expect((await take(text)).result).to.equal('disabled');
    expect((await take(text, { overwrite: true })).result).to.equal('disabled');
    await change(id, { disabled: false });
    await system.send('DELETE', `/api/credentials/${id}`);
    expect((await take(text)).result).to.equal('deleted');
    const again = await take(text, { overwrite: true });
    expect(again.result).to.equal('created');
    expect(again.credential_id).not.to.equal(id);
  });
});
