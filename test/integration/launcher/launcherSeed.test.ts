import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { logIn, type Session } from '../../../local/seed/api.js';
import { SERVICE_TYPES } from '../../../src/domain/credentials/serviceType.js';
import { type Launched, launch, READY } from '../../support/broker/launcherProcess.js';

const program = (name: string) => fileURLToPath(new URL(`../../../local/${name}`, import.meta.url));

interface Listed {
  id: string;
  name: string;
  service_type: (typeof SERVICE_TYPES)[number];
  health: string;
}

describe('npm run seed', function () {
  this.timeout(180_000);
  let data: string;
  let env: NodeJS.ProcessEnv;
  let running: Launched | undefined;
  let admin: Session;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'broker-seed-'));
    chmodSync(data, 0o755);
    const { PATH, HOME, GLASSDOME_BROKER_CACHE: cache } = process.env;
    env = { PATH, HOME, ...(cache && { GLASSDOME_BROKER_CACHE: cache }), LOCAL_DATA: data };
    for (const name of ['BROKER_PORT', 'LOCAL_VAULT_PORT', 'LOCAL_POSTGRES_PORT'])
      env[name] = String(await freePort());
  });
  after(async () => {
    running?.child.kill('SIGTERM');
    await running?.ended;
    rmSync(data, { recursive: true, force: true });
  });

  async function run(): Promise<{ code: unknown; text: string }> {
    const { PATH, LOCAL_DATA } = env;
    const seeding = launch(['node', program('seed/main.js')], { env: { PATH, LOCAL_DATA } });
    return { code: await seeding.ended, text: seeding.text() };
  }
  const all = async () => (await admin.get<{ items: Listed[] }>('/api/credentials?limit=200')).items;

  it('is refused where no local system runs, and says how to start one', async () => {
    const { code, text } = await run();
    expect(code).to.equal(1);
    expect(text).to.contain('No local system runs').and.to.contain('npm run dev');
  });

  it('adds credentials of every service, with people who can log in', async () => {
    running = launch(['node', program('main.js')], { env });
    await running.until(READY);
    const { code, text } = await run();
    expect(code, text).to.equal(0);
    const file = join(data, 'seed-passwords');
    expect(statSync(file).mode & 0o077).to.equal(0);
    const words = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    expect(text).to.contain(file);
    for (const [, password = '?'] of words) expect(text).not.to.contain(password);
    const url = `http://127.0.0.1:${env['BROKER_PORT']}`;
    for (const [name = '', password = ''] of words) await logIn(url, name, password);
    admin = await logIn(url, 'seed-admin', Object.fromEntries(words)['seed-admin']);
    const credentials = await all();
    expect(credentials).to.have.length(20);
    expect(new Set(credentials.map((one) => one.service_type))).to.have.all.keys([...SERVICE_TYPES]);
    const healths = new Set(credentials.map(({ health }) => health));
    expect(healths).to.have.all.keys('ok', 'limited', 'rejected', 'unreachable', 'unchecked');
  });

  it('leaves a week of tests, usage and a report to look at', async () => {
    const id = (await all()).find(({ name }) => name === 'Prometheus')?.id;
    const tests = await admin.get<{ items: { code: string }[] }>(`/api/credentials/${id}/tests?limit=100`);
    expect(tests.items.length).to.be.within(27, 28);
    expect(new Set(tests.items.map(({ code }) => code))).to.have.all.keys('ok', 'unreachable');
    const usage = await admin.get<{ items: object[] }>(`/api/credentials/${id}/usage?limit=200`);
    expect(usage.items).to.have.length(90);
    const health = await admin.get<{ uptime: Record<string, { ratio: number }> }>(
      `/api/credentials/${id}/health`,
    );
    expect(health.uptime['7d']?.ratio).to.be.within(0.85, 0.95);
    const { items } = await admin.get<{ items: { summary: string }[] }>('/api/reports');
    expect(items[0]?.summary).to.contain('20 credentials, 4 of them not working');
  });

  it('adds nothing the second time', async () => {
    const { code, text } = await run();
    expect(code, text).to.equal(0);
    expect(text)
      .to.match(/Credentials +0 added, 20 there already/)
      .and.to.match(/People +0 added, 5 there already/);
    expect(await all()).to.have.length(20);
  });

  it('leaves the audit trail whole', async () => {
    const { ok } = await admin.get<{ ok: boolean }>('/api/audit/verify');
    expect(ok).to.equal(true);
  });
});
