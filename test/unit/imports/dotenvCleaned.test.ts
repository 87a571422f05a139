// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the grammar under test
import { expect } from 'chai';
import { cleanedDotenv } from '../../../src/domain/imports/dotenvCleaned.js';

const clean = (text: string, ...taken: [number, string][]) =>
  cleanedDotenv(
    text,
    taken.map(([line, name]) => ({ line, name, comment: `${name} is stored` })),
  );

describe('a cleaned .env', () => {
  it('has comments without values in the place of what was imported, and every other byte', () => {
    const text = '# top\r\nexport A="one"  # why\r\n\r\nKEY="-----BEGIN\nMII\n-----END"\n# of B\nB=2\nC=3';
    expect(clean(text, [2, 'A'], [4, 'KEY'])?.text).to.equal(
      '# top\r\n# A is stored\r\n\r\n# KEY is stored\n#\n#\n# of B\nB=2\nC=3',
    );
  });

  it('keeps what other lines refer to, also on a way over several', () => {
    const text = 'HOST=h\nURL=https://${HOST}/\nA=1\nB=${A}\nC=${B}\n';
    expect(clean(text, [1, 'HOST'])?.names).to.deep.equal([]);
    expect(clean(text, [1, 'HOST'], [2, 'URL'])?.text).to.match(/^# HOST is stored\n# URL is stored\nA=1/);
    const kept = clean(text, [3, 'A'], [4, 'B']);
    expect(kept === undefined || kept.text === text).to.equal(true);
  });

  it('changes nothing where the rest would be read otherwise', () => {
    // Without the last line the one before would count again.
    const again = clean('A=old\nA=new\n', [2, 'A']);
    expect(again?.text).to.equal('# A is stored\n# A is stored\n');
    expect(clean('A=1\nB=2\n', [9, 'Z'])?.text).to.equal('A=1\nB=2\n');
  });
});
