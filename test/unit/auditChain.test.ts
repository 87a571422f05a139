import { expect } from 'chai';
import type { AuditEvent } from '../../src/domain/audit.js';
import { chainStart, emptyChain, hashRow, link, NO_HASH } from '../../src/domain/auditChain.js';
import { auditCheck } from '../../src/domain/auditProof.js';

const at = new Date('2026-01-01T00:00:00Z');
const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  ...chainStart(null),
  action: 'credential.read',
  ...change,
});

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

  it('goes on from a chain whose last flush nobody knows of', () => {
    const first = link(emptyChain('reads-1', null), [chainStart(null), event()], at);
    const head = first[1];
    if (head === undefined) throw new Error('no head');
    const second = link(emptyChain('reads-2', head), [chainStart(head), event()], at);
    expect(second[0]?.prevHash).to.equal(head.hash);
    const check = auditCheck({ signed: [], continued: [head], dropped: [] });
    for (const row of [...first, ...second]) check.row(row);
    expect(check.end()).to.deep.equal({ chains: 2, rows: 4, problems: [] });
    const without = auditCheck({ signed: [], continued: [head], dropped: [] });
    for (const row of [...first.slice(0, 1), ...second]) without.row(row);
    expect(without.end().problems).to.have.length(1);
  });

  describe('of which a signed checkpoint says that its beginning was dropped', () => {
    const events = Array.from({ length: 6 }, () => event());
    const rows = link(emptyChain('reads-1', null), [chainStart(null), ...events], at);
    const heads = rows.map(({ chain, seq, hash }) => ({ chain, seq, hash }));
    const head = (seq: number) => heads.filter((one) => one.seq === seq);
    const problems = (kept: number[], dropped = head(2)) => {
      const check = auditCheck({ signed: [...head(1), ...head(4)], continued: [], dropped });
      for (const row of rows.filter(({ seq }) => kept.includes(seq))) check.row(row);
      return check.end().problems.map(({ seq, problem }) => `${seq} ${problem.split(/[: ]/)[0]}`);
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
      const gone = (dropped: typeof heads) => {
        const check = auditCheck({ signed: head(4), continued: [last], dropped });
        for (const row of later) check.row(row);
        return check.end().problems.length;
      };
      expect(gone([last])).to.equal(0);
      expect(gone(head(4))).to.equal(1);
    });
  });
});
