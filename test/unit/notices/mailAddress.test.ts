import { expect } from 'chai';
import { isMailAddress, isSender, wireAddress } from '../../../src/domain/notices/mailAddress.js';

describe('A mail address', () => {
  it('may have letters beyond ASCII before the @ and in its domain', () => {
    for (const address of [
      'anna@lab.example',
      'anna.b+broker@lab.example',
      'büro@lab.example',
      'anna@münchen.example',
      'почта@пример.рф',
      '用户@例え.jp',
      "o'neil@lab.example",
    ])
      expect(isMailAddress(address), address).to.equal(true);
  });

  it('has one @ between a name and a domain of at least two parts', () => {
    for (const address of [
      '',
      'nobody',
      '@lab.example',
      'anna@',
      'anna@lab',
      'anna@@lab.example',
      'an na@lab.example',
      'anna@lab..example',
      'anna.@lab.example',
      '.anna@lab.example',
      'anna@-lab.example',
      'anna@lab.example,ben@lab.example',
      'anna<x>@lab.example',
      'anna\n@lab.example',
      `${'a'.repeat(65)}@lab.example`,
      `anna@${'a.'.repeat(130)}example`,
    ])
      expect(isMailAddress(address), address).to.equal(false);
  });

  it('goes over the wire with its domain in ASCII and its name as it is', () => {
    expect(wireAddress('Büro@München.Example')).to.equal('Büro@xn--mnchen-3ya.example');
    expect(wireAddress('anna@LAB.example')).to.equal('anna@lab.example');
  });

  it('of a sender may have a name', () => {
    expect(isSender('broker@lab.example')).to.equal(true);
    expect(isSender('Glassdome Broker <broker@lab.example>')).to.equal(true);
    expect(isSender('Broker <broker>')).to.equal(false);
    expect(isSender('a <x@lab.example>, b <y@lab.example>')).to.equal(false);
  });
});
