import { inspect } from 'node:util';
import { expect } from 'chai';
import { Secret } from '../../../src/domain/secret.js';

describe('a Secret shows itself only when asked by name', () => {
  const secret = new Secret('canary-7f3a');

  it('masks JSON and inspection, also inside other things', () => {
    expect(JSON.stringify({ a: [secret] })).to.equal('{"a":["[secret]"]}');
    expect(inspect({ secret }, { depth: 9, showHidden: true })).not.to.contain('canary-7f3a');
  });

  it('throws when it is joined into a text', () => {
    expect(() => `Bearer ${secret}`).to.throw(TypeError);
    expect(() => String(secret)).to.throw(TypeError);
    expect(() => `${[secret]}`).to.throw(TypeError);
  });

  it('is masked in a text that somebody else wrote', () => {
    const coded = Buffer.from('canary-7f3a').toString('base64');
    expect(secret.maskedIn(`a canary-7f3a b ${coded} c`)).to.equal('a [secret] b [secret] c');
    const basic = Buffer.from('anna:canary-7f3a').toString('base64');
    expect(Buffer.from(secret.maskedIn(basic), 'base64').toString()).to.not.include('canary-7');
    expect(new Secret('ab').maskedIn('about')).to.equal('about');
    const odd = new Secret(`a b<"c">&'d'`);
    for (const spelled of [
      "a%20b%3C%22c%22%3E%26'd'",
      'a+b%3C%22c%22%3E%26%27d%27',
      'a b<\\"c\\">&\'d\'',
      'a b&lt;&quot;c&quot;&gt;&amp;&apos;d&apos;',
      'a b&#60;&#34;c&#34;&#62;&#38;&#39;d&#39;',
    ])
      expect(odd.maskedIn(`x ${spelled} y`)).to.equal('x [secret] y');
  });

  it('is masked at the end of a text that was cut there', () => {
    expect(secret.maskedIn('so canary-7f…')).to.equal('so [secret]');
    expect(secret.maskedIn('so canar…'), 'too little to be a find').to.equal('so canar…');
    expect(secret.maskedIn('so canary-7f')).to.equal('so canary-7f');
  });

  it('gives the value on reveal()', () => {
    expect(secret.reveal()).to.equal('canary-7f3a');
  });
});
