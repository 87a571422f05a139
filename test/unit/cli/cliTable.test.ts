import { expect } from 'chai';
import { columns as audit } from '../../../src/cli/commands/system/audit.js';
import { cell, chosenColumns, fitted } from '../../../src/cli/terminal/output.js';

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
    expect(fitted(columns, cells, { screen: 49 })).to.deep.equal([
      'NAME                EXPIRES  ID          HEALTH',
      'a rather long name  -        0123456789  ok',
    ]);
  });

  it('leaves out what matters less, the last first, then cuts the widest', () => {
    expect(fitted(columns, cells, { screen: 40 })[0]).to.equal('NAME                EXPIRES  HEALTH');
    expect(fitted(columns, cells, { screen: 30 })[0]).to.equal('NAME                HEALTH');
    expect(fitted(columns, cells, { screen: 20 })).to.deep.equal([
      'NAME          HEALTH',
      'a rather lo…  ok',
    ]);
  });

  it('shows the trail in 80 columns with its moments and actions whole', () => {
    const row = {
      at: '2027-01-31T10:00:00.000Z',
      actor: 'local:somebody.with.a.long.name',
      action: 'credential.environment',
      outcome: 'allowed',
      code: null,
      credential_id: '0b5e7a52-4b0c-4c53-8f6a-3f6f2f0d7c11',
      object: 'Proxmox 01 of the cyber range, main cluster',
      used_by: 'celery',
      request_id: '6b5e7a52-4b0c-4c53-8f6a-3f6f2f0d7c12',
    };
    const trail = audit.map(({ title, value: of }) => [title, cell(of(row))]);
    const [titles, line] = fitted(audit, trail, { screen: 80 });
    expect(titles?.split(/ {2,}/)).to.deep.equal(['AT', 'ACTOR', 'ACTION', 'OUTCOME', 'OBJECT']);
    expect(line)
      .to.contain('2027-01-31 10:00Z')
      .and.contain('credential.environment')
      .and.have.length.at.most(80);
    expect(fitted(audit, trail, { screen: 140 })[0])
      .to.contain('USED BY')
      .and.not.contain('REQUEST');
    expect(fitted(audit, trail, { screen: 200 })[0]).to.contain('REQUEST');
  });

  it('colours what a cell says, on a terminal with colours only, and never the title', () => {
    const toned = [{ title: 'HEALTH', value, toned: true }];
    const rows = [['HEALTH', 'ok', 'rejected', 'denied: forbidden', 'something']];
    expect(fitted(toned, rows, { screen: 80, colour: true })).to.deep.equal([
      'HEALTH',
      '\u001b[32mok               \u001b[39m',
      '\u001b[31mrejected         \u001b[39m',
      '\u001b[31mdenied: forbidden\u001b[39m',
      'something',
    ]);
    expect(fitted(toned, rows, { screen: 80 }).join('')).to.not.include('\u001b');
  });

  it('has the columns that a person names, in that order', () => {
    const named = chosenColumns(columns, 'health, Name', '--columns');
    expect(named.map(({ title }) => title)).to.deep.equal(['HEALTH', 'NAME']);
    expect(() => chosenColumns(columns, 'name,colour', '--columns')).to.throw(
      '--columns: there is no column "colour"',
    );
    for (const word of ['colour', '', 'name '.repeat(2)])
      expect(() => chosenColumns(columns, word, '--sort')).to.throw('--sort: there is no column');
  });

  it('passes nothing on that steers a terminal or turns its text round', () => {
    expect(cell('a\u001b[2J\u202eb\nc')).to.equal('a?[2J?b?c');
  });

  describe('wraps a column of sentences', () => {
    const advised = [
      { title: 'NAME', value },
      { title: 'RESULT', value, toned: true },
      { title: 'WHAT TO DO', value, wraps: true },
    ];
    const advice = (text: string) => [
      ['NAME', 'Proxmox'],
      ['RESULT', 'ok'],
      ['WHAT TO DO', text],
    ];

    it('between words, under itself, and loses none of it', () => {
      const text = 'The operator can allow the range in OUTBOUND_ALLOW_CIDRS.';
      expect(fitted(advised, advice(text), { screen: 45 })).to.deep.equal([
        'NAME     RESULT  WHAT TO DO',
        'Proxmox  ok      The operator can allow the',
        '                 range in',
        '                 OUTBOUND_ALLOW_CIDRS.',
      ]);
      expect(fitted(advised, advice(text), { screen: 200 })).to.have.length(2);
    });

    for (const [what, text] of [
      ['a word longer than the column', `See ${'x'.repeat(90)} there`],
      ['a word as long as the column', `${'y'.repeat(28)} end`],
      ['no text', ''],
      ['words of one letter', 'a b c d e f g h i j k l m n o p q r s t u v w x y z'],
    ] as const)
      for (const screen of [30, 45, 80])
        it(`with ${what} on ${screen} columns`, () => {
          const lines = fitted(advised, advice(text), { screen, colour: false });
          for (const line of lines) expect(line.length).to.be.at.most(screen);
          const shown = lines
            .slice(1)
            .map((line, n) => (n === 0 ? line.replace(/^Proxmox +ok */, '') : line));
          expect(shown.join('').replace(/ /g, '')).to.equal(text.replace(/ /g, ''));
        });

    it('and colours the first line of a row only', () => {
      const lines = fitted(advised, advice('one two three four five six seven'), {
        screen: 30,
        colour: true,
      });
      expect(lines.filter((line) => line.includes('\u001b'))).to.have.length(1);
    });
  });
});
