import { expect } from 'chai';
import { batched } from '../../../src/adapters/postgres/core/batched.js';

const away = new Error('away');

/** Statements that end when the test says so. */
function scripted() {
  const statements: { asked: readonly number[]; end(error?: Error): void }[] = [];
  const start = (asked: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      const end = (error?: Error) =>
        error === undefined ? resolve(asked.map((n) => n * 10)) : reject(error);
      statements.push({ asked, end });
    });
  const ask = batched<number, number>({
    ask: start,
    underWay: 2,
    most: 3,
    mayWait: 4,
    meetsAll: (error) => error === away,
  });
  return { ask, statements, asked: () => statements.map((each) => each.asked) };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Questions to the database share round trips', () => {
  it('when they come in one turn, without waiting for a timer', async () => {
    const { ask, asked } = scripted();
    void ask(1);
    void ask(2);
    await settled();
    expect(asked()).to.deep.equal([[1, 2]]);
  });

  it('when statements are under way, each with its own answer, never more than the most', async () => {
    const { ask, statements, asked } = scripted();
    const answers = Promise.all([1, 2, 3, 4].map(ask));
    await settled();
    expect(asked()).to.deep.equal([[1, 2, 3], [4]]);
    const later = Promise.all([5, 6, 7].map(ask));
    await settled();
    expect(asked()).to.have.length(2);
    statements[1]?.end();
    await settled();
    await settled();
    expect(asked().at(-1)).to.deep.equal([5, 6, 7]);
    for (const each of statements) each.end();
    expect(await answers).to.deep.equal([10, 20, 30, 40]);
    expect(await later).to.deep.equal([50, 60, 70]);
  });

  it('and a failure is told to those who asked in it, not to the next', async () => {
    const { ask, statements } = scripted();
    const first = ask(1).then(String, (error: Error) => error.message);
    await settled();
    const others = [2, 3].map((n) => ask(n).then(String, (error: Error) => error.message));
    await settled();
    statements[0]?.end(new Error('gone'));
    statements[1]?.end();
    expect(await Promise.all([first, ...others])).to.deep.equal(['gone', '20', '30']);
  });

  it('but one that all would meet is told to all who wait, and asks for none of them', async () => {
    const { ask, statements, asked } = scripted();
    const outcome = (n: number) => ask(n).then(String, (error: Error) => error.message);
    const first = outcome(1);
    await settled();
    const second = outcome(2);
    await settled();
    const waiting = [3, 4].map(outcome);
    statements[0]?.end(away);
    await settled();
    await settled();
    expect(asked()).to.deep.equal([[1], [2]]);
    statements[1]?.end();
    expect(await Promise.all([first, second, ...waiting])).to.deep.equal(['away', '20', 'away', 'away']);
    void ask(5);
    await settled();
    expect(asked().at(-1)).to.deep.equal([5]);
  });

  it('and no more wait than may', async () => {
    const { ask, statements } = scripted();
    const answers = [1, 2, 3, 4, 5, 6].map((n) =>
      ask(n).then(String, (error: { code: string }) => error.code),
    );
    await settled();
    for (const each of statements) each.end();
    const refused = 'records_unavailable';
    expect(await Promise.all(answers)).to.deep.equal(['10', '20', '30', '40', refused, refused]);
  });
});
