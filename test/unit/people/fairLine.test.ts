import { expect } from 'chai';
import { HostLine } from '../../../src/adapters/outbound/hostLine.js';
import { FairLine } from '../../../src/domain/limits/fairLine.js';

const BOUNDS = { atOnce: 2, perLane: 100, most: 1_000 };
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('A line in which lanes take turns', () => {
  it('gives the next place to who has waited for none yet: thirty of one caller do not keep another waiting', async () => {
    const line = new HostLine(2);
    const order: string[] = [];
    const one = async (caller: string) => {
      const leave = await line.take('host', caller, 5_000);
      order.push(caller);
      await wait(5);
      leave();
    };
    const hog = Array.from({ length: 30 }, () => one('hog'));
    await wait(1);
    await Promise.all([...hog, one('anna'), one('ben'), one('anna')]);
    expect(order.indexOf('anna')).to.be.at.most(4);
    expect(order.indexOf('ben')).to.be.at.most(5);
    expect(order.lastIndexOf('anna')).to.be.at.most(8);
    expect(order).to.have.length(33);
  });

  it('turns away who waited long enough, and who finds a full lane; the others are not touched', async () => {
    const line = new FairLine({ atOnce: 1, perLane: 2, most: 3 });
    const leave = await line.take('a', 0);
    const waits = [
      line.take('a', 20),
      line.take('a', 2_000),
      line.take('a', 2_000),
      line.take('b', 2_000),
      line.take('c', 2_000),
    ];
    expect(await waits[0]).to.equal(null);
    expect(await waits[2], 'two of a lane').to.equal(null);
    expect(await waits[4], 'three of all').to.equal(null);
    leave?.();
    leave?.();
    const second = await Promise.race([waits[1], waits[3]]);
    second?.();
    expect((await Promise.all([waits[1], waits[3]])).every((got) => got !== null)).to.equal(true);
  });

  it('never lets in more than it may, and forgets who left', async () => {
    const line = new FairLine(BOUNDS);
    let [inside, most] = [0, 0];
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const leave = await line.take(`lane-${n % 7}`, 5_000);
        inside += 1;
        most = Math.max(most, inside);
        await wait(1);
        inside -= 1;
        leave?.();
      }),
    );
    expect([most, line.isIdle]).to.deep.equal([2, true]);
  });
});
