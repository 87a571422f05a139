import { expect } from 'chai';
import type { AuditEvent, AuditRow } from '../../../src/domain/audit/audit.js';
import {
  type ChainHead,
  chainStart,
  emptyChain,
  hashRow,
  link as linkOf,
  NO_HASH,
} from '../../../src/domain/audit/auditChain.js';
import { AuditCheck, AuditProblems } from '../../../src/domain/audit/auditProof.js';
import { SignedHeads } from '../../../src/domain/audit/signedHeads.js';

const at = new Date('2026-01-01T00:00:00Z');
const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  ...chainStart(null),
  action: 'credential.read',
  ...change,
});

/** As brokers from before keyed hashes did. */
const link = (head: ChainHead, events: AuditEvent[], when: Date) =>
  linkOf(head, events, { at: when, key: null });
const headOf = ({ chain, seq, hash }: ChainHead): ChainHead => ({ chain, seq, hash });

/** All that a check tells of these rows. */
function checked(
  rows: AuditRow[],
  { signed = [], dropped = [] }: Partial<Record<'signed' | 'dropped', ChainHead[]>> = {},
) {
  const heads = new SignedHeads();
  for (const head of signed) heads.add(head);
  const problems = new AuditProblems();
  const check = new AuditCheck({ signed: heads, dropped }, problems);
  for (const row of rows) check.row(row, row.at.toISOString());
  const continued = check.continued();
  const stored = rows
    .map(headOf)
    .filter(({ chain, seq }) => continued.some((head) => head.chain === chain && head.seq === seq));
  check.end(stored);
  return { chains: check.chains, rows: check.rows, problems: problems.listed, count: problems.count };
}

describe('The audit chain', () => {
  it('links each row to the one before', () => {
    const rows = link(emptyChain('reads-1', null), [chainStart(null), event(), event()], at);
    expect(rows.map((row) => row.seq)).to.deep.equal([0, 1, 2]);
    expect(rows[0]?.prevHash).to.equal(NO_HASH);
    expect(rows[1]?.prevHash).to.equal(rows[0]?.hash);
    expect(rows[2]?.prevHash).to.equal(rows[1]?.hash);
  });

  it('hashes the same whatever the order in which details come back', () => {
    const [row] = link(
      emptyChain('c', null),
      [event({ details: { b: 1, a: { d: [1], c: undefined } } })],
      at,
    );
    if (row === undefined) throw new Error('no row');
    const { hash, ...unhashed } = row;
    expect(hashRow({ ...unhashed, details: { a: { d: [1] }, b: 1 } })).to.equal(hash);
    expect(hashRow({ ...unhashed, details: { a: { d: [2] }, b: 1 } })).not.to.equal(hash);
  });

  it('stores half characters as they will come back', () => {
    const [row] = link(emptyChain('c', null), [event({ purpose: 'a\ud800b', details: { x: '\udc00' } })], at);
    expect(row?.purpose).to.equal('a\ufffdb');
    expect(row?.details).to.deep.equal({ x: '\ufffd' });
  });

  it('stores NUL as another character: no caller writes a row that can not be stored', () => {
    const asked = event({ purpose: '\0', usedBy: 'a\0b', details: { receiver: 'local:\0', list: ['\0x'] } });
    const [row] = link(emptyChain('c', null), [asked], at);
    expect([row?.purpose, row?.usedBy]).to.deep.equal(['\ufffd', 'a\ufffdb']);
    expect(row?.details).to.deep.equal({ receiver: 'local:\ufffd', list: ['\ufffdx'] });
  });

  it('goes on from a chain whose last flush nobody knows of', () => {
    const first = link(emptyChain('reads-1', null), [chainStart(null), event()], at);
    const head = first[1];
    if (head === undefined) throw new Error('no head');
    const second = link(emptyChain('reads-2', head), [chainStart(head), event()], at);
    expect(second[0]?.prevHash).to.equal(head.hash);
    expect(checked([...first, ...second])).to.include({ chains: 2, rows: 4, count: 0 });
    expect(checked([...first.slice(0, 1), ...second]).problems).to.have.length(1);
  });

  describe('of which a signed checkpoint says that its beginning was dropped', () => {
    const events = Array.from({ length: 6 }, () => event());
    const rows = link(emptyChain('reads-1', null), [chainStart(null), ...events], at);
    const heads = rows.map(headOf);
    const head = (seq: number) => heads.filter((one) => one.seq === seq);
    const problems = (kept: number[], dropped = head(2)) => {
      const left = rows.filter(({ seq }) => kept.includes(seq));
      return checked(left, { signed: [...head(1), ...head(4)], dropped }).problems.map(
        ({ seq, problem }) => `${seq} ${problem.split(/[: ]/)[0]}`,
      );
    };

    it('holds without the dropped rows, with some and with all of them', () => {
      for (const kept of [
        [3, 4, 5, 6],
        [1, 3, 4, 5, 6],
        [0, 1, 2, 3, 4, 5, 6],
      ])
        expect(problems(kept)).to.deep.equal([]);
    });
    it('does not hold where more is gone', () => {
      expect(problems([4, 5, 6])).to.deep.equal(['4 deleted', '4 reordered']);
      expect(problems([3, 5, 6]))
        .to.include('5 deleted')
        .and.to.include('4 truncated');
      expect(problems([])).to.deep.equal(['4 truncated']);
    });
    it('does not hold without that checkpoint', () => {
      expect(problems([3, 4, 5, 6], [])).to.deep.equal(['3 deleted', '1 truncated']);
    });
    it('does not hold where what follows was written anew', () => {
      const other = [{ chain: 'reads-1', seq: 2, hash: 'another' }];
      expect(problems([3, 4, 5, 6], other)).to.deep.equal(['3 reordered']);
    });
    it('goes on from a chain that is gone as a whole', () => {
      const [last] = head(6);
      if (last === undefined) throw new Error('no head');
      const later = link(emptyChain('reads-2', last), [chainStart(last), event()], at);
      const gone = (dropped: typeof heads) => checked(later, { signed: head(4), dropped }).count;
      expect(gone([last])).to.equal(0);
      expect(gone(head(4))).to.equal(1);
    });
  });

  describe('that signed checkpoints vouch for', () => {
    const rows = link(
      emptyChain('reads-1', null),
      [chainStart(null), ...Array.from({ length: 40 }, () => event())],
      at,
    );
    const heads = rows.map(headOf);
    const problems = (kept: AuditRow[], signed: ChainHead[]) =>
      checked(kept, { signed }).problems.map(({ seq, problem }) => `${seq} ${problem.split(/[: ]/)[0]}`);

    it('holds however often and in whatever order they name its heads', () => {
      expect(problems(rows, heads)).to.deep.equal([]);
      expect(problems(rows, [...heads, ...heads, ...heads].reverse())).to.deep.equal([]);
    });
    it('does not hold where it was written anew between two of them', () => {
      const events = Array.from({ length: 40 }, () => event({ actor: 'forger' }));
      const other = link(emptyChain('reads-1', null), [chainStart(null), ...events], at);
      // The newest one, signed afterwards, fits the forged rows; the one from before does not.
      const signed = [heads[20], other.map(headOf)[40]].filter((head) => head !== undefined);
      expect(problems(other, signed)).to.deep.equal(['20 rewritten']);
      const same = [heads[40], other.map(headOf)[40]].filter((head) => head !== undefined);
      expect(problems(other, same)).to.deep.equal(['40 rewritten']);
    });
    it('tells once of signed rows in a row that are gone, and of those behind the last row', () => {
      const left = rows.filter(({ seq }) => seq < 10 || (seq > 20 && seq < 30));
      expect(problems(left, heads)).to.deep.equal([
        '21 deleted',
        '21 reordered',
        '10 truncated',
        '30 truncated',
      ]);
      expect(problems([], heads)).to.deep.equal(['0 truncated']);
    });
    it('counts all that is wrong, and lists what a person can read', () => {
      const many = link(
        emptyChain('reads-2', null),
        Array.from({ length: 1_500 }, () => event()),
        at,
      );
      const { problems: listed, count } = checked(many.map((row) => ({ ...row, actor: 'x' })));
      expect(count).to.equal(1_501);
      expect(listed).to.have.length(1_000);
    });
  });
});
