import { expect } from 'chai';

/** How much longer all may take than on a machine that has nothing else to do. `TEST_PATIENCE=1` holds the bounds themselves. */
export const PATIENCE = Number(process.env['TEST_PATIENCE'] || 4);

/** A bound in milliseconds on something that is over soon where it works, and never where it does not. */
export const patiently = (ms: number): number => PATIENCE * ms;

const BLOWN_UP_MS = 10_000;

/** Fails where work that takes milliseconds grows with the square of its input, or worse. Only its own processor time counts. */
export function expectNoBlowUp(work: () => void, what = 'the work'): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, `milliseconds of ${what}`).to.be.below(BLOWN_UP_MS);
}
