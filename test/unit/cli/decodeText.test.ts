import { expect } from 'chai';
import { decodeText, withoutLineEnd } from '../../../src/cli/terminal/decodeText.js';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))),
  );

describe('text of a file, of stdin and of @file', () => {
  it('is UTF-8, and its byte order mark is no part of it', () => {
    expect(decodeText(bytes([0xef, 0xbb, 0xbf], 'Winter-2032-y\r\n'), 'a')).to.equal('Winter-2032-y\r\n');
    expect(decodeText(bytes('Grüße 𝄞 Ӝ'), 'a')).to.equal('Grüße 𝄞 Ӝ');
    expect(decodeText(bytes(), 'a')).to.equal('');
  });

  it('is refused in any other encoding, which is named', () => {
    const refused: readonly (readonly [Buffer, RegExp])[] = [
      [Buffer.from('Straße-9', 'latin1'), /^a is not text in UTF-8, but perhaps in Latin-1/],
      [bytes([0x80], 'uro'), /Windows-1252/],
      [bytes([0xff, 0xfe], [...Buffer.from('Nacht', 'utf16le')]), /UTF-16$/],
      [bytes([0xfe, 0xff, 0, 0x41]), /UTF-16$/],
      [Buffer.from('Nacht', 'utf16le'), /UTF-16 without a byte order mark$/],
      [bytes([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), /UTF-32$/],
      [bytes('abcdef', [0], 'g'), /NUL/],
      [bytes([0xed, 0xa0, 0x80]), /not text in UTF-8/],
    ];
    for (const [given, message] of refused) {
      expect(() => decodeText(given, 'a')).to.throw(message);
      expect(() => decodeText(given, 'a')).to.not.throw(/Nacht|Stra|uro|cdef/);
    }
  });

  it('ends without the line end of its last line', () => {
    expect(['a\n', 'a\r\n', 'a', 'a\n\n', '\n'].map(withoutLineEnd)).to.deep.equal([
      'a',
      'a',
      'a',
      'a\n',
      '',
    ]);
  });
});
