// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the grammar under test
import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_EXPANDED_CHARS, parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { dotenvCases } from '../../support/cases/dotenvCases.js';
import { expectNoBlowUp } from '../../support/patience.js';

const read = (text: string, environment?: Record<string, string>) =>
  parseDotenv(text, environment === undefined ? {} : { environment });
const shell = { C: 'from the shell' };

describe('a .env is read as python-dotenv reads it', () => {
  for (const [title, cases] of Object.entries(dotenvCases)) {
    it(title, () => {
      for (const [text, entries] of cases) {
        const found = read(text, shell).entries.map(({ name, value }) => [name, value]);
        // Names that no shell has and lines without `=` are left out here: they may be lines of a key.
        const counted = entries.filter(([name, value]) => /^[A-Za-z_]\w*$/.test(name) && value !== null);
        expect(found, JSON.stringify(text)).to.deep.equal(counted);
      }
    });
  }
});

describe('reading a .env tells what a person needs to know', () => {
  it('gives each variable the line of the statement that counts', () => {
    const { entries } = read('# head\n\nA="x\ny"\nexport B=1\nA=2\n');
    expect(entries.map(({ name, line, overriddenLines }) => ({ name, line, overriddenLines }))).to.deep.equal(
      [
        { name: 'A', line: 6, overriddenLines: [3] },
        { name: 'B', line: 5, overriddenLines: [] },
      ],
    );
  });

  it('names the lines that it left out and never shows what stands there', () => {
    const { warnings } = read('A=1\nPASSWORD: hunter2\n\nB="hunter2\n');
    expect(warnings.map(({ line }) => line)).to.deep.equal([2, 4]);
    expect(JSON.stringify(warnings)).not.to.contain('hunter2');
  });

  it('tells which references resolved to nothing', () => {
    const { entries } = read('A=${A}\nB=${A}${NONE}${NONE}\nC=${NONE:-x}\nD=${C}', {});
    expect(entries.map(({ unresolved }) => unresolved)).to.deep.equal([['A'], ['NONE'], [], []]);
  });

  it('does not look into the environment of its own process', () => {
    expect(read('A=${PATH}').entries[0]?.value).to.equal('');
    expect(read('A=${constructor}${__proto__}').entries[0]?.value).to.equal('');
  });

  it('lets the file win over the environment', () => {
    expect(read('C=mine\nD=${C}', shell).entries[1]?.value).to.equal('mine');
  });
});

describe('no .env brings the reader down', () => {
  it('whatever the text', () => {
    const piece = fc.constantFrom(
      'A',
      '=',
      '"',
      "'",
      '\\',
      '\n',
      '\r',
      ' ',
      '#',
      '${',
      '}',
      ':-',
      'export ',
      '\0',
      '\ufeff',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          for (const { name, value } of read(text, shell).entries) {
            expect(name).not.to.equal('');
            expect(value === null || typeof value === 'string').to.equal(true);
          }
        },
      ),
    );
  });

  it('nor do references that double at every line fill the memory', () => {
    const doubling = `A=${'x'.repeat(16)}\n${'A=${A}${A}\n'.repeat(60)}`;
    const { entries, warnings } = read(doubling);
    expect(entries[0]?.value?.length).to.be.lessThan(MAX_EXPANDED_CHARS);
    expect(warnings).not.to.have.length(0);
  });

  it('nor does a hostile file of the greatest size take seconds', () => {
    const hostile = [
      `A=${' '.repeat(260_000)}`,
      `A=${'${:'.repeat(80_000)}}`,
      "A='\n".repeat(60_000),
      'A="'.repeat(80_000),
    ];
    for (const text of hostile) expectNoBlowUp(() => void read(text), text.slice(0, 10));
  });
});
