import { expect } from 'chai';
import { type CliSystem, startCliSystem } from '../../support/broker/cliSystem.js';
import { anEvent } from '../postgres/postgresSupport.js';

const MANY = 405;
const MORE = 'There are more results: raise --limit.';

/** More of each than the API gives at once, which is 200. */
describe('the lists of the command line', function () {
  this.timeout(60_000);
  let system: CliSystem;

  const run = (words: string) => system.glassdome(words.split(' '));
  const numbers = Array.from({ length: MANY }, (_, n) => n);
  const at = (n: number) => new Date(system.ports.clock.now().getTime() + n);

  before(async () => {
    system = await startCliSystem();
    await run('channels add on-call webhook --url https://hooks.lab.example/x');
    await run('credentials add openai --name Key --api-key x-1234567890');
    await haveMany();
  });
  after(() => system.stop());

  async function haveMany(): Promise<void> {
    const { changes, outbox, clock, auditLog } = system.ports;
    const answer = await (await system.send('GET', '/api/credentials')).json();
    const id = (answer as { items: { id: string }[] }).items[0]?.id ?? '';
    const rest = { kind: 'unused', recipient: 'local:admin', body: { credential: 'Key', days: 90 } };
    await changes.run(async (tx) => {
      for (const n of numbers) await tx.notice({ ...rest, credentialId: null, period: String(n) });
      tx.audit(anEvent({ action: 'notice.acknowledge' }));
    });
    const channels = (await outbox.channels()).map(({ channel }) => channel.id);
    const pending = await outbox.pending(MANY, clock.now());
    await outbox.dispatch(
      pending.map(({ notice }) => ({ notice: notice.id, channels })),
      clock.now(),
    );
    const used = {
      credentialId: id,
      usedBy: 'celery',
      reported: false,
      success: true,
      errorCode: null,
      purpose: null,
    };
    await auditLog.record(
      numbers.map(() => anEvent({ action: 'credential.read', actor: 'local:zoe' })),
      numbers.map((n) => ({ ...used, usedAt: at(n), caller: 'local:zoe' })),
    );
  }

  const lists: [string, string[]][] = [
    ['notices list --all', ['items', 'next_cursor']],
    ['channels deliveries on-call', ['items', 'next_cursor']],
    ['credentials usage Key', ['items', 'next_cursor']],
    ['audit list --actor local:zoe', ['items']],
  ];
  for (const [words, keys] of lists) {
    it(`show as much as is asked for, and whether there is more: ${words}`, async () => {
      const all = await run(`${words} --limit 500`);
      expect(all.code, all.stderr).to.equal(0);
      expect(all.stdout.trim().split('\n')).to.have.length(MANY + 1);
      expect(all.stderr).not.to.contain(MORE);
      const some = await run(`${words} --limit 401`);
      expect(some.stdout.trim().split('\n')).to.have.length(402);
      expect(some.stderr).to.contain(MORE);
      const shape = JSON.parse((await run(`${words} --limit 401 --json`)).stdout) as { items: object[] };
      expect(Object.keys(shape)).to.deep.equal(keys);
      expect(new Set(shape.items.map((item) => JSON.stringify(item))).size).to.equal(401);
      expect((await run(`${words} --limit 0`)).stderr).to.contain('must be at least 1');
    });
  }
});
