import { expect } from 'chai';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { freshRecords, recordsAt, type TestRecords } from '../postgres/postgresSupport.js';

const LONG_MS = 60_000;

describe('Turns at a host', function () {
  this.timeout(30_000);
  let records: TestRecords;
  let processes: Postgres[];

  before(async () => {
    records = await freshRecords();
    processes = [0, 1, 2].map(() => recordsAt(records.appUrl));
  });
  after(async () => {
    for (const each of processes) await each.close();
    await records.close();
  });

  const take = (n: number, host: string, leaseMs = LONG_MS) =>
    (processes[n % processes.length] as Postgres).hostSlots.take(host, leaseMs);

  it('are never more than two, whoever asks at once', async () => {
    let held = 0;
    let most = 0;
    let turns = 0;
    const visit = async (n: number): Promise<void> => {
      for (let tries = 0; tries < 20; tries += 1) {
        const giveBack = await take(n, '10.0.0.1');
        if (giveBack === null) continue;
        turns += 1;
        most = Math.max(most, ++held);
        await records.owner.query('select 1');
        held -= 1;
        await giveBack();
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => visit(n)));
    expect(most).to.equal(2);
    expect(turns).to.be.greaterThan(20);
  });

  it('of one host leave others alone, and are two even when both are asked for in the same moment', async () => {
    const got = await Promise.all([take(0, '10.0.0.2'), take(1, '10.0.0.2'), take(2, '10.0.0.3')]);
    expect(got.map((turn) => turn === null)).to.deep.equal([false, false, false]);
    expect(await take(2, '10.0.0.2')).to.equal(null);
    await got[0]?.();
    expect(await take(2, '10.0.0.2')).to.not.equal(null);
  });

  it('that a dead process held end with their lease, and nobody gives back what is not his any more', async () => {
    const dead = [await take(0, '10.0.0.4', 50), await take(0, '10.0.0.4', 50)];
    const heirs: unknown[] = [];
    await eventually('two new holders', async () => {
      const turn = await take(1, '10.0.0.4');
      if (turn !== null) heirs.push(turn);
      return heirs.length === 2 ? true : undefined;
    });
    for (const giveBack of dead) await giveBack?.();
    expect(await take(2, '10.0.0.4')).to.equal(null);
  });
});
