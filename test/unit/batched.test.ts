import { expect } from 'chai';
import { batched } from '../../src/adapters/postgres/batched.js';

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
    one: async (question) => (await start([question]))[0] as number,
    many: start,
    underWay: 2,
    most: 3,
    mayWait: 4,
    meetsAll: (error) => error === away,
  });
  return { ask, statements, asked: () => statements.map((each) => each.asked) };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Questions to the database share round trips', () => {
  it('without waiting while little is under way', () => {
    const { ask, asked } = scripted();
    void ask(1);
    void ask(2);
    expect(asked()).to.deep.equal([[1], [2]]);
  });

  it('together when statements are under way, each with its own answer, never more than the most', async () => {
    const { ask, statements, asked } = scripted();
    const answers = Promise.all([1, 2, 3, 4, 5, 6].map(ask));
    expect(asked()).to.deep.equal([[1], [2]]);
    statements[0]?.end();
    await settled();
    expect(asked()).to.deep.equal([[1], [2], [3, 4, 5]]);
    statements[1]?.end();
    await settled();
    expect(asked().at(-1)).to.deep.equal([6]);
    for (const each of statements) each.end();
    expect(await answers).to.deep.equal([10, 20, 30, 40, 50, 60]);
  });

  it('and a failure is told to those who asked in it, not to the next', async () => {
    const { ask, statements } = scripted();
    const first = ask(1).then(String, (error: Error) => error.message);
    const others = [2, 3].map((n) => ask(n).then(String, (error: Error) => error.message));
    statements[0]?.end(new Error('gone'));
    await settled();
    for (const each of statements) each.end();
    expect(await Promise.all([first, ...others])).to.deep.equal(['gone', '20', '30']);
  });

  it('but one that all would meet is told to all who wait, and asks for none of them', async () => {
    const { ask, statements, asked } = scripted();
    const answers = [1, 2, 3, 4].map((n) => ask(n).then(String, (error: Error) => error.message));
    statements[0]?.end(away);
    await settled();
    expect(asked()).to.deep.equal([[1], [2]]);
    statements[1]?.end();
    expect(await Promise.all(answers)).to.deep.equal(['away', '20', 'away', 'away']);
    void ask(5);
    expect(asked().at(-1)).to.deep.equal([5]);
  });

  it('and no more wait than may', async () => {
    const { ask, statements } = scripted();
    const answers = [1, 2, 3, 4, 5, 6, 7].map((n) =>
      ask(n).then(String, (error: { code: string }) => error.code),
    );
    for (const each of statements) each.end();
    await settled();
    for (const each of statements) each.end();
    await settled();
    for (const each of statements) each.end();
    expect(await Promise.all(answers)).to.deep.equal([
      '10',
      '20',
      '30',
      '40',
      '50',
      '60',
      'records_unavailable',
    ]);
  });
});
