import { expect } from 'chai';
import { cell, fitted } from '../../src/cli/output.js';

describe('a table on the terminal', () => {
  const value = () => undefined;
  const columns = [
    { title: 'NAME', value },
    { title: 'EXPIRES', value, extra: true },
    { title: 'ID', value, extra: true },
    { title: 'HEALTH', value },
  ];
  const cells = [
    ['NAME', 'a rather long name'],
    ['EXPIRES', '-'],
    ['ID', '0123456789'],
    ['HEALTH', 'ok'],
  ];

  it('shows all where there is room', () => {
    expect(fitted(columns, cells, 49)).to.deep.equal([
      'NAME                EXPIRES  ID          HEALTH',
      'a rather long name  -        0123456789  ok',
    ]);
  });

  it('leaves out what matters less, the last first, then cuts the widest', () => {
    expect(fitted(columns, cells, 40)[0]).to.equal('NAME                EXPIRES  HEALTH');
    expect(fitted(columns, cells, 30)[0]).to.equal('NAME                HEALTH');
    expect(fitted(columns, cells, 20)).to.deep.equal(['NAME          HEALTH', 'a rather lo…  ok']);
  });

  it('passes nothing on that steers a terminal or turns its text round', () => {
    expect(cell('a\u001b[2J\u202eb\nc')).to.equal('a?[2J?b?c');
  });
});
