import { expect } from 'chai';
import { passwordProblem } from '../../../src/domain/people/password.js';
import { Secret } from '../../../src/domain/secret.js';

describe('a password that a person of the name anna chooses', () => {
  const weak = [
    ...['password1234', 'aaaaaaaaaaaa', '123456789012', 'Password1234', 'P@ssw0rd1234', 'passwordpassword1!'],
    ...['abcdefghijkl', 'zyxwvutsrqpo', 'qwertyuiop12', 'asdfghjklzxc', '1qaz2wsx3edc4rfv', 'zaq12wsxcde3'],
    ...['monkeymonkey', 'abcabcabcabc', 'annaannaanna', 'anna12345678', 'password-anna-1', 'a1b2c3d4e5f6'],
    ...[
      'Summer2024!!',
      'Winter-2025',
      'letmein-please-1',
      '111122223333',
      'glassdome-admin-1',
      '            ',
    ],
  ];
  for (const password of weak)
    it(`is refused: ${password}`, () => {
      expect(passwordProblem(new Secret(password), 'anna')).to.match(/^(is too easy to guess|must be 12)/);
    });

  const good = [
    ...['correct horse battery', 'long-enough-anna', 'an-even-longer-one', 'Xk9#mQ2$vL7p', 'tr0ub4dor&3xyz'],
    ...['schöne grüße aus köln', '9f8e2b17d5c4a36e', 'これは長いパスワードです', 'vK3-rT8_pW1-zQ6'],
  ];
  for (const password of good)
    it(`is taken: ${password}`, () => {
      expect(passwordProblem(new Secret(password), 'anna')).to.equal(undefined);
    });

  it('is refused beyond what bcrypt reads', () => {
    expect(passwordProblem(new Secret('abc def ghk '.repeat(7)), 'anna')).to.equal('must be 12 to 72 bytes');
  });
});
