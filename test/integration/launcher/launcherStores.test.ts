import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';

const READY = 'Stop with Ctrl-C';
const launcher = fileURLToPath(new URL('../../../local/main.js', import.meta.url));

describe('the launcher with stores of somebody else', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let data: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    parts = await startBrokerParts();
    data = mkdtempSync(join(tmpdir(), 'broker-launcher-'));
    chmodSync(data, 0o755);
    env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...parts.env,
      DATABASE_OWNER_URL: parts.database.ownerUrl,
      LOCAL_DATA: join(data, 'theirs'),
      LOCAL_VAULT_PORT: String(await freePort()),
      LOCAL_POSTGRES_PORT: String(await freePort()),
    };
  });
  after(async () => {
    await parts.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Starts it, and ends it as Ctrl-C does as soon as it is ready. */
  async function once(changed: NodeJS.ProcessEnv): Promise<{ code: number | null; text: string }> {
    const how = {
      env: { ...env, ...changed },
      stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'],
    };
    const child = spawn(process.execPath, [launcher], how);
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes(READY)) child.kill('SIGINT');
    });
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { code, text };
  }

  it('uses them, brings nothing of its own, and makes nobody an admin there', async () => {
    const { code, text } = await once({});
    expect(code, text).to.equal(0);
    expect(text).to.contain(`${parts.env['VAULT_ADDR']}      (external)`);
    for (const own of ['Starting Postgres', 'Starting Vault', 'one-time', 'unseal key'])
      expect(text).not.to.contain(own);
    expect(readdirSync(join(data, 'theirs')).sort()).to.deep.equal(['logs', 'run']);
  });

  it('makes the first admin under the name that was asked for', async () => {
    const { text } = await once({ LOCAL_FIRST_ADMIN: 'olga' });
    expect(text).to.match(/First admin: user "olga", one-time password {2}\S+/);
  });

  it('puts no new Vault beside a database that is in use', async () => {
    const vault = Object.fromEntries(
      Object.keys(parts.env)
        .filter((name) => name.startsWith('VAULT_'))
        .map((name) => [name, '']),
    );
    const { code, text } = await once({ ...vault, LOCAL_DATA: join(data, 'mixed') });
    expect(code).to.equal(1);
    expect(text)
      .to.contain('DATABASE_URL: the database contains users and credentials')
      .and.not.to.contain('transit key');
  });
});
