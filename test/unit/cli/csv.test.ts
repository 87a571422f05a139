import { expect } from 'chai';
import { csvRecord } from '../../../src/cli/terminal/csv.js';

describe('a record of CSV', () => {
  it('quotes what RFC 4180 wants quoted', () => {
    expect(csvRecord(['a', 'b c', 'd,e', 'f "g"', 'h\r\ni', null, undefined, '', 7, true])).to.equal(
      'a,b c,"d,e","f ""g""","h\r\ni",,,,7,true',
    );
    expect(csvRecord([{ a: 'b,c' }, ['x']])).to.equal('"{""a"":""b,c""}","[""x""]"');
  });

  it('holds nothing that a spreadsheet runs', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\u200b=1', '＝1', '＋1', '|cmd'])
      expect(csvRecord([text])).to.equal(`'${text}`);
    expect(csvRecord(['\r=1'])).to.equal(`"'\r=1"`);
    expect(csvRecord(['=HYPERLINK("https://x","y")'])).to.equal(`"'=HYPERLINK(""https://x"",""y"")"`);
    for (const text of ['a=b', '1-2', 'local:anna', '2026-11-30T20:00:00Z'])
      expect(csvRecord([text])).to.equal(text);
  });
});
