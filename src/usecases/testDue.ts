import { BrokerError } from '../domain/errors.js';
import type { Ports } from '../ports.js';
import { testStored } from './testCredential.js';
import { systemCall } from './users.js';

type Needs = Pick<
  Ports,
  'clock' | 'log' | 'records' | 'changes' | 'readAudit' | 'store' | 'outbound' | 'jobs' | 'testPace'
>;

const BATCH = 200;
const LATER_MS = 5 * 60_000;
/** While Vault can't serve nothing was sent, so trying again costs nobody a login. */
const NOT_SENT = ['store_unavailable', 'audit_overloaded'];
/** The credential itself: nothing to test, or Vault no longer has it as it was. Others tell that. */
const ITS_OWN = ['conflict', 'gone', 'integrity_error'];

/** Puts a job into the queue for each credential whose test is due; their number. */
export async function enqueueDueTests(ports: Pick<Ports, 'clock' | 'jobs'>): Promise<number> {
  let all = 0;
  for (;;) {
    const many = await ports.jobs.enqueueDueTests(ports.clock.now(), BATCH);
    all += many;
    if (many < BATCH) return all;
  }
}

/**
 * Tests one credential whose turn it was, unless its tests were paused meanwhile. Rejects when the result could not be
 * kept: whoever tries again must do so seldom, since each try is a login.
 */
export async function testDue(ports: Needs, credentialId: string): Promise<void> {
  const call = systemCall();
  const { credential } = await ports.records.access(call.caller, credentialId);
  if (credential === null || credential.status !== 'active' || credential.nextTestAt === null) return;
  try {
    await testStored(ports, call, credential, { trigger: 'schedule' });
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    if (NOT_SENT.includes(error.code)) return tryLater(ports, credentialId);
    if (!ITS_OWN.includes(error.code)) throw error;
    ports.log.info('test_skipped', { credential_id: credentialId, code: error.code });
  }
}

async function tryLater({ clock, jobs, testPace }: Needs, credentialId: string): Promise<void> {
  const wait = LATER_MS * (1 + testPace.chance());
  const runAt = new Date(clock.now().getTime() + wait);
  const payload = { credential_id: credentialId };
  await jobs.enqueue({
    task: 'test_credential',
    key: `test:${credentialId}`,
    payload,
    runAt,
    maxAttempts: 2,
  });
}
