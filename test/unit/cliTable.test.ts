import { expect } from 'chai';
import { columns as audit } from '../../src/cli/commands/audit.js';
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

  it('shows the trail in 80 columns with its moments and actions whole', () => {
    const row = {
      at: '2027-01-31T10:00:00.000Z',
      actor: 'local:somebody.with.a.long.name',
      action: 'credential.environment',
      outcome: 'allowed',
      code: null,
      credential_id: '0b5e7a52-4b0c-4c53-8f6a-3f6f2f0d7c11',
      used_by: 'celery',
      request_id: '6b5e7a52-4b0c-4c53-8f6a-3f6f2f0d7c12',
    };
    const trail = audit.map(({ title, value: of }) => [title, cell(of(row))]);
    const [titles, line] = fitted(audit, trail, 80);
    expect(titles?.split(/ {2,}/)).to.deep.equal(['AT', 'ACTOR', 'ACTION', 'OUTCOME', 'CREDENTIAL']);
    expect(line)
      .to.contain('2027-01-31 10:00Z')
      .and.contain('credential.environment')
      .and.have.length.at.most(80);
    expect(fitted(audit, trail, 140)[0])
      .to.contain('USED BY')
      .and.not.contain('REQUEST');
    expect(fitted(audit, trail, 200)[0]).to.contain('REQUEST');
  });

  it('passes nothing on that steers a terminal or turns its text round', () => {
    expect(cell('a\u001b[2J\u202eb\nc')).to.equal('a?[2J?b?c');
  });
});
