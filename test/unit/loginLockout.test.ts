import { expect } from 'chai';
import { LoginLockout } from '../../src/usecases/loginLockout.js';

const START = new Date('2026-01-01T00:00:00Z').getTime();
const later = (minutes: number) => new Date(START + minutes * 60_000);

function isShut(lockout: LoginLockout, name: string, at = later(0)): boolean {
  const wait = lockout.waitOf(name, '10.0.0.1', at);
  if (wait !== null) expect(wait.code).to.equal('rate_limited');
  return wait !== null;
}

function fail(lockout: LoginLockout, name: string, times: number, at = later(0)): void {
  for (let n = 0; n < times; n += 1) lockout.failed(name, '10.0.0.1', at);
}

describe('guesses of passwords', () => {
  it('are free four times, then each doubles the wait, up to a quarter of an hour', () => {
    const lockout = new LoginLockout();
    fail(lockout, 'anna', 4);
    expect(isShut(lockout, 'anna')).to.equal(false);
    fail(lockout, 'anna', 1);
    expect(isShut(lockout, 'anna')).to.equal(true);
    fail(lockout, 'anna', 40);
    expect([isShut(lockout, 'anna', later(14.9)), isShut(lockout, 'anna', later(15.1))]).to.deep.equal([
      true,
      false,
    ]);
  });

  it('are forgotten after a right password, and after an hour without another', () => {
    const lockout = new LoginLockout();
    fail(lockout, 'anna', 4);
    lockout.succeeded('anna', '10.0.0.1');
    fail(lockout, 'anna', 4);
    fail(lockout, 'anna', 1, later(61));
    expect(isShut(lockout, 'anna', later(61))).to.equal(false);
  });

  it('stay counted for one address while others are flooded with names', () => {
    const lockout = new LoginLockout(50);
    fail(lockout, 'victim', 12);
    for (let n = 0; n < 500; n += 1) fail(lockout, `name-${n}`, 2);
    expect(isShut(lockout, 'victim')).to.equal(true);
  });

  it('make room of what is forgotten first', () => {
    const lockout = new LoginLockout(3);
    fail(lockout, 'old', 12);
    fail(lockout, 'a', 6, later(100));
    fail(lockout, 'b', 7, later(100));
    fail(lockout, 'c', 8, later(100));
    expect(['a', 'b', 'c'].map((name) => isShut(lockout, name, later(100)))).to.deep.equal([
      true,
      true,
      true,
    ]);
  });
});
