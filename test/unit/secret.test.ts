import { inspect } from 'node:util';
import { expect } from 'chai';
import { Secret } from '../../src/domain/secret.js';

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
  });

  it('gives the value on reveal()', () => {
    expect(secret.reveal()).to.equal('canary-7f3a');
  });
});
