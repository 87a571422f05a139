import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, startCliSystem } from '../../support/broker/cliSystem.js';

interface Use {
  handed_out: boolean | null;
  reported: boolean | null;
  success: boolean;
  error_code: string | null;
}

describe('usage', function () {
  this.timeout(120_000);
  let system: CliSystem;
  let id = '';
  let made = 0;

  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());
  beforeEach(async () => {
    made += 1;
    const answer = await system.send('POST', '/api/credentials', {
      name: `Key ${made}`,
      service_type: 'other',
      fields: { token: 'made-up', url: 'https://service.example' },
      secret_fields: ['token'],
      env_names: {
        [`SERVICE${made}_TOKEN`]: 'token',
        [`SERVICE${made}_URL`]: 'url',
      },
    });
    expect(answer.status, await answer.clone().text()).to.equal(201);
    id = ((await answer.json()) as { id: string }).id;
  });

  const uses = async (): Promise<Use[]> =>
    ((await (await system.send('GET', `/api/credentials/${id}/usage`)).json()) as { items: Use[] }).items;
  const cli = async (...words: string[]) => system.glassdome(['credentials', ...words]);

  for (const [what, read] of [
    ['secret', () => system.send('GET', `/api/credentials/${id}/secret`)],
    ['resolve', () => system.send('POST', '/api/credentials/resolve', { items: [{ id }] })],
    ['environment', () => system.send('GET', '/api/environment')],
  ] as const)
    it(`is handed out, and not reported, for ${what}`, async () => {
      expect((await read()).status).to.equal(200);
      const [use, ...more] = await uses();
      expect(more).to.deep.equal([]);
      expect(use).to.deep.include({ handed_out: true, reported: null, success: true });
      expect((await cli('usage', `Key ${made}`)).stdout)
        .to.match(/HANDED OUT +REPORTED/)
        .and.match(/ yes +- /);
    });

  it('is reported by a consumer, apart from what was handed out', async () => {
    await cli('usage', `Key ${made}`, '--report', 'success');
    await cli('usage', `Key ${made}`, '--report', 'failure', '--error-code', 'invalid_credential');
    const [failed, worked] = await uses();
    expect(worked).to.deep.include({ handed_out: null, reported: true, success: true });
    expect(failed).to.deep.include({
      handed_out: null,
      reported: false,
      success: false,
      error_code: 'invalid_credential',
    });
    const { stdout } = await cli('usage', `Key ${made}`);
    expect(stdout)
      .to.match(/- +worked/)
      .and.match(/- +failed: invalid_credential/);
  });

  it('is nothing for names: credentials env, with a file or a label, and environment?values=false', async () => {
    const file = join(system.folder, `names-${made}.env`);
    writeFileSync(file, `SERVICE${made}_URL=other\n`);
    for (const more of [[], ['--json'], ['--env-file', file], ['--only', `SERVICE${made}_TOKEN`]]) {
      const { stdout, code, stderr } = await cli('env', ...more);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.contain(`SERVICE${made}_TOKEN`).and.not.contain('made-up');
    }
    const answer = await (await system.send('GET', '/api/environment?values=false')).json();
    expect(answer).to.deep.include({ variables: {}, failed: [] });
    expect(await uses()).to.deep.equal([]);
    const unused = `/api/credentials?unused_since=${new Date(Date.now() + 60_000).toISOString()}&name=Key%20${made}`;
    const { items } = (await (await system.send('GET', unused)).json()) as {
      items: { last_used_at: null }[];
    };
    expect(items.map((each) => each.last_used_at)).to.deep.equal([null]);
    const { items: rows } = (await (
      await system.send('GET', '/api/audit?action=credential.environment&limit=1')
    ).json()) as { items: { details: object }[] };
    expect(rows[0]?.details).to.include({ values: false });
  });

  it('counts where a format gives the values', async () => {
    await cli('env', '--format', 'json');
    expect(await uses()).to.have.length(1);
  });
});
