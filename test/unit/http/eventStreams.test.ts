import { expect } from 'chai';
import { eventReads } from '../../../src/adapters/postgres/events/events.js';
import type { Records } from '../../../src/ports/records.js';
import { isWorthAsking } from '../../../src/usecases/events/events.js';

describe('Streams of events ask Postgres', () => {
  const began = Date.UTC(2026, 0, 1);
  let at = began;
  const clock = { now: () => new Date(at) };
  beforeEach(() => {
    at = began;
  });

  it('for the newest number once a second, however many they are', async () => {
    const asked: string[] = [];
    const reads = async <R>({ text }: { text: string }) => {
      asked.push(text);
      return [{ last: asked.length }] as R[];
    };
    const { newestEvent } = eventReads({ lists: async () => [], reads }, clock);
    const ask = () => Promise.all(Array.from({ length: 200 }, () => newestEvent()));
    expect(new Set(await ask())).to.deep.equal(new Set([1]));
    at += 999;
    await ask();
    expect(asked).to.have.length(1);
    at += 1;
    expect(new Set(await ask())).to.deep.equal(new Set([2]));
    expect(asked).to.have.length(2);
  });

  it('for their events only when some came, and every 15 seconds, since the account may have ended', async () => {
    let newest = 7;
    const records = { newestEvent: async () => newest } as Records;
    const askedAt = new Date(began);
    const worth = () => isWorthAsking({ records, clock }, { last: 7, askedAt });
    at += 14_999;
    expect(await worth()).to.equal(false);
    newest = 8;
    expect(await worth()).to.equal(true);
    newest = 7;
    at += 1;
    expect(await worth()).to.equal(true);
  });
});
