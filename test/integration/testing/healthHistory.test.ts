import { expect } from 'chai';
import fc from 'fast-check';
import { HEALTHS, type Health } from '../../../src/domain/credentials/credential.js';
import type { TestCode } from '../../../src/domain/testing/testResult.js';
import { uptime } from '../../../src/domain/testing/uptime.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anEvent, freshRecords, store, type TestRecords } from '../postgres/postgresSupport.js';

const MINUTE = 60_000;
const WINDOW = 24 * 60;

/** In minutes after the window began; some lie before it. */
type Step =
  | { minute: number; kind: 'activate'; version: number }
  | { minute: number; kind: 'test'; version: number; health: Health; code?: TestCode };

const minute = fc.integer({ min: -WINDOW, max: WINDOW - 1 });
const version = fc.integer({ min: 1, max: 3 });
const steps = fc.uniqueArray(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ minute, kind: fc.constant('activate' as const), version }) },
    {
      weight: 4,
      arbitrary: fc.record({
        minute,
        kind: fc.constant('test' as const),
        version,
        health: fc.constantFrom(...HEALTHS),
      }),
    },
  ),
  { maxLength: 25, selector: (step) => step.minute },
);

/** Minute by minute from the raw rows: which version was active, and what did its last test since then say? */
function naive(story: readonly Step[]): { up: number; checked: number } {
  let [up, checked] = [0, 0];
  for (let now = 0; now < WINDOW; now += 1) {
    let active = 1;
    let health: Health = 'unchecked';
    for (const step of story.filter((one) => one.minute <= now)) {
      if (step.kind === 'test' && step.version === active) health = step.health;
      if (step.kind === 'activate' && step.version !== active) {
        active = step.version;
        health = 'unchecked';
      }
    }
    if (health !== 'unchecked') checked += 1;
    if (health === 'ok' || health === 'limited') up += 1;
  }
  return { up, checked };
}

describe('The history of health', function () {
  this.timeout(60_000);
  let records: TestRecords;
  const to = new Date();
  const from = new Date(to.getTime() - WINDOW * MINUTE);
  const at = (minutes: number) => new Date(from.getTime() + minutes * MINUTE);

  before(async () => {
    records = await freshRecords();
  });
  after(() => records.close());

  /** Tells the story to the broker's own writes. */
  async function live(story: readonly Step[]): Promise<string> {
    const began = at(-2 * WINDOW);
    const credential = aCredential({ createdAt: began, updatedAt: began });
    await store(records.db, credential);
    for (const step of story)
      await records.db.changes.run(async (tx) => {
        tx.audit(anEvent({ credentialId: credential.id }));
        if (step.kind === 'activate') {
          const patch = { activeVersion: step.version, health: 'unchecked' as const };
          await tx.updateCredential(credential.id, patch, 'glassdome:1', at(step.minute));
          return;
        }
        await tx.insertTestRun({
          credentialId: credential.id,
          version: step.version,
          testedAt: at(step.minute),
          trigger: 'schedule',
          caller: 'system',
          code: step.code ?? 'ok',
          failedStep: null,
          advice: '',
          health: step.health,
          identity: null,
          serviceVersion: null,
          warnings: [],
          durationMs: 1,
        });
      });
    return credential.id;
  }

  it('gives the uptime that counting minutes from the raw rows gives', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (told) => {
        const story = [...told].sort((a, b) => a.minute - b.minute);
        const id = await live(story);
        const { marks } = await records.db.records.healthHistory(id, from, to);
        const { up, checked } = naive(story);
        expect(uptime(marks, from, to)).to.deep.equal({
          ratio: checked === 0 ? null : up / checked,
          checkedMs: checked * MINUTE,
        });
      }),
      { numRuns: 40 },
    );
  });

  it('does not count time after a test that the network policy stopped', async () => {
    const test = { kind: 'test' as const, version: 1 };
    const blocked = { ...test, health: 'unreachable' as const, code: 'denied_by_policy' as const };
    const only = await live([{ ...blocked, minute: 60 }]);
    const { marks } = await records.db.records.healthHistory(only, from, to);
    expect(uptime(marks, from, to)).to.deep.equal({ ratio: null, checkedMs: 0 });
    const later = await live([
      { ...test, minute: 0, health: 'ok' },
      { ...blocked, minute: 120 },
    ]);
    const after = await records.db.records.healthHistory(later, from, to);
    expect(uptime(after.marks, from, to)).to.deep.equal({ ratio: 1, checkedMs: 120 * MINUTE });
  });

  it('counts every test once, whoever ran it', async () => {
    const { rows } = await records.owner.query('select count(*)::integer as n from broker.test_runs');
    const { tests } = await records.db.records.healthTotals();
    const counted = Object.values(tests).reduce((sum, n) => sum + n, 0);
    expect(counted).to.equal(rows[0].n);
    expect(tests).to.include({ denied_by_policy: 2 });
  });
});
