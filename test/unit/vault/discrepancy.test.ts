import { expect } from 'chai';
import { droppedBefore } from '../../../src/domain/audit/retention.js';
import { brokenIn, endOfDrift, liveVersions, stateOf } from '../../../src/domain/reconcile/discrepancy.js';

type State = 'live' | 'deleted' | 'destroyed';
const metadata = (states: Record<number, State>, era = 'a') => {
  const numbers = Object.keys(states).map(Number);
  const versions = numbers.map(
    (n): [number, { createdTime: string; deleted: boolean; destroyed: boolean }] => [
      n,
      { createdTime: `${era}${n}`, deleted: states[n] === 'deleted', destroyed: states[n] === 'destroyed' },
    ],
  );
  return { currentVersion: Math.max(0, ...numbers), versions: new Map(versions) };
};

describe('what Vault holds beside what is recorded', () => {
  const row = { activeVersion: 2, activeCreatedTime: 'a2', latestVersion: 3 };
  const kindOf = (found: ReturnType<typeof metadata> | null) => {
    const broken = brokenIn(row, found);
    return broken === null ? 'whole' : [broken.kind, broken.facts['how']].filter(Boolean).join(' ');
  };
  const cases: [string, ReturnType<typeof metadata> | null, string][] = [
    ['all as it was', metadata({ 1: 'live', 2: 'live', 3: 'live' }), 'whole'],
    ['newer versions', metadata({ 2: 'live', 9: 'live' }), 'whole'],
    ['another version that was deleted', metadata({ 2: 'live', 3: 'deleted' }), 'whole'],
    ['the active version deleted', metadata({ 2: 'deleted', 3: 'live' }), 'active_gone deleted'],
    ['it destroyed', metadata({ 2: 'destroyed', 3: 'live' }), 'active_gone destroyed'],
    ['it dropped by its age', metadata({ 3: 'live', 4: 'live' }), 'active_gone dropped'],
    ['a path that began anew', metadata({ 1: 'live' }, 'b'), 'replaced'],
    ['one that has more versions by now', metadata({ 1: 'live', 2: 'live', 3: 'live' }, 'b'), 'replaced'],
    ['an older Vault', metadata({ 1: 'live', 2: 'live' }), 'replaced'],
    ['metadata and no version', metadata({}), 'replaced'],
    ['nothing', null, 'missing'],
  ];
  for (const [name, found, told] of cases)
    it(`${name}: ${told}`, () => {
      expect(kindOf(found)).to.equal(told);
    });

  it('says nothing of a credential that never had a value', () => {
    expect(brokenIn({ ...row, activeVersion: null }, metadata({}))).to.equal(null);
  });

  it('says of each recorded version what Vault has of it', () => {
    const states = (found: ReturnType<typeof metadata> | null) =>
      [1, 2, 3, 4].map((version) => stateOf({ version, createdTime: `a${version}` }, found));
    const there = metadata({ 2: 'destroyed', 3: 'deleted', 4: 'live' });
    expect(states(there)).to.deep.equal(['dropped', 'destroyed', 'deleted', 'available']);
    expect(states(metadata({ 2: 'live', 4: 'destroyed' }, 'b'))).to.deep.equal(Array(4).fill('dropped'));
    expect(states(null)).to.deep.equal(Array(4).fill('dropped'));
  });

  it('ends a drift that is in use, passed by, or gone', () => {
    const there = metadata({ 2: 'live', 4: 'live', 5: 'deleted' });
    const end = (version: number, activeVersion: number) => endOfDrift(version, { activeVersion }, there);
    expect([end(4, 2), end(4, 4), end(4, 5), end(5, 2)]).to.deep.equal([
      null,
      'activated',
      'superseded',
      'gone',
    ]);
    expect(endOfDrift(4, { activeVersion: 2 }, null)).to.equal('gone');
    expect(liveVersions(there)).to.deep.equal([2, 4]);
  });
});

describe('the month before which rows go', () => {
  const firstKept = (now: string, months: number) =>
    droppedBefore(new Date(now), months)?.toISOString() ?? null;
  it('leaves the current one and as many before it, in UTC', () => {
    expect(firstKept('2026-03-31T23:59:59Z', 1)).to.equal('2026-02-01T00:00:00.000Z');
    expect(firstKept('2026-03-01T00:30:00+02:00', 1)).to.equal('2026-01-01T00:00:00.000Z');
    expect(firstKept('2026-01-15T00:00:00Z', 13)).to.equal('2024-12-01T00:00:00.000Z');
    expect(firstKept('2024-02-29T12:00:00Z', 12)).to.equal('2023-02-01T00:00:00.000Z');
  });
  it('is none where they are kept for ever', () => {
    expect(firstKept('2026-03-31T00:00:00Z', 0)).to.equal(null);
  });
});
