import { expect } from 'chai';
import { oneTimePassword } from '../../../src/usecases/people/users.js';

describe('a one-time password', () => {
  it('is twenty letters and digits, so that no command line takes it for an option, and never the same', () => {
    const many = Array.from({ length: 500 }, () => oneTimePassword().reveal());
    for (const password of many) expect(password).to.match(/^[A-Za-z0-9]{20}$/);
    expect(new Set(many).size).to.equal(many.length);
  });
});
