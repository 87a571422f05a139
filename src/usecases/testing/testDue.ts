import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { BrokerError } from '../../domain/errors.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { DueBatch } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import { systemCall } from '../gate/systemCall.js';
import { accountKeyOf } from './accountKey.js';
import { recordTest } from './recordTest.js';
import { runTest, untried } from './runTest.js';
import { auditAttempt, testableValues } from './testCredential.js';

type Needs = Pick<
  Ports,
  | 'clock'
  | 'log'
  | 'records'
  | 'changes'
  | 'auditLog'
  | 'store'
  | 'fingerprints'
  | 'outbound'
  | 'jobs'
  | 'testPace'
>;

/** A test that is due, as its job names it. */
export interface DueTest {
  credentialId: string;
  /** Of the credential when the job was made; another one there now means that this job came too late. */
  claim: number;
  /** The queue in which it runs. */
  lane: string;
}

const BATCH = 50;
/** Of what is due at once the first batch is tested at once, and each further one in its own stretch of this. */
const STRETCH_MS = 1_250;
const LATER_MS = 5 * MINUTE_MS;
/** What was put off already comes after what waits for its first try. */
const LATER_PRIORITY = 100;
/** When this many can't be enqueued on their own, they are not the cause: Postgres is unavailable. */
const MOST_HEAVY = 10;
/** A busy host is free again soon. */
const NO_WAIT_MS = 0;
/** While Vault can't serve nothing was sent, so trying again costs nobody a login. */
const NOT_SENT = ['store_unavailable', 'audit_overloaded'];
/** The credential itself: nothing to test, or Vault no longer has it unchanged. Other checks report that. */
const ITS_OWN = ['conflict', 'gone', 'integrity_error'];

/**
 * Enqueues a job for each credential whose test is due; their number. Very many are spread, so that readers do not
 * wait for them. The credentials of a batch that fails are tried one by one; one that can't be enqueued on its own is
 * logged and skipped.
 */
export async function enqueueDueTests(
  ports: Pick<Ports, 'clock' | 'jobs' | 'log'>,
  signal?: AbortSignal,
): Promise<number> {
  let all = 0;
  let failures = 0;
  const except: string[] = [];
  while (signal?.aborted !== true) {
    const spread = { afterMs: (all / BATCH) * STRETCH_MS, spreadMs: all === 0 ? 0 : STRETCH_MS };
    const batch = { limit: BATCH, ...spread, before: all, except };
    try {
      const many = await ports.jobs.enqueueDueTests(ports.clock.now(), batch);
      all += many;
      if (many < BATCH) break;
    } catch (error) {
      failures += 1;
      if (!(error instanceof BrokerError) || failures > MOST_HEAVY) throw error;
      all += await oneByOne(ports, batch, except);
    }
  }
  return all;
}

/** How many of a batch that failed could be enqueued; the others are added to `except`. Rejects when those are many. */
async function oneByOne(
  { clock, jobs, log }: Pick<Ports, 'clock' | 'jobs' | 'log'>,
  batch: DueBatch,
  except: string[],
): Promise<number> {
  let all = 0;
  for (const id of await jobs.dueTests(clock.now(), batch))
    try {
      const before = batch.before + all;
      all += await jobs.enqueueDueTests(clock.now(), { ...batch, before, limit: 1, only: [id] });
    } catch (error) {
      if (!(error instanceof BrokerError) || except.length >= MOST_HEAVY) throw error;
      log.error('test_not_enqueued', { credential_id: id, code: error.code });
      except.push(id);
    }
  return all;
}

/**
 * Tests one credential whose turn it was, unless its tests were paused or it was tested meanwhile. Rejects when the
 * result could not be stored: a retry must be rare, since each try is a login.
 */
export async function testDue(ports: Needs, due: DueTest): Promise<void> {
  const call = systemCall();
  const { credential } = await ports.records.access(call.caller, due.credentialId);
  if (credential === null || credential.status !== 'active' || credential.nextTestAt === null) return;
  if (credential.testGeneration !== due.claim) return;
  try {
    if (!(await testClaimed(ports, call, credential))) await tryLater(ports, due);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    if (NOT_SENT.includes(error.code)) return tryLater(ports, due);
    if (!ITS_OWN.includes(error.code)) throw error;
    ports.log.info('test_skipped', { credential_id: due.credentialId, code: error.code });
  }
}

/** False when its host was busy, so that there is no result. */
async function testClaimed(ports: Needs, call: CallContext, credential: Credential): Promise<boolean> {
  const version = credential.activeVersion ?? 0;
  const { connector, values } = await testableValues(ports, credential, version);
  const accountKey = await accountKeyOf(ports, connector, values);
  const refused = await ports.records.lastRejection(accountKey);
  const tested = {
    credential,
    version,
    trigger: 'schedule',
    claim: credential.testGeneration,
    accountKey,
  } as const;
  if (refused !== null) {
    await recordTest(ports, call, { ...tested, result: untried(refused) });
    return true;
  }
  await auditAttempt(ports, call, credential, version);
  const result = await runTest(ports, connector, values, { waitMs: NO_WAIT_MS });
  if (result.turnedAway) return false;
  await recordTest(ports, call, { ...tested, result });
  return true;
}

async function tryLater({ clock, jobs, testPace }: Needs, due: DueTest): Promise<void> {
  const wait = LATER_MS * (1 + testPace.chance());
  await jobs.enqueue({
    task: 'test_credential',
    key: `test:${due.credentialId}`,
    queue: due.lane,
    payload: { credential_id: due.credentialId, claim: due.claim, lane: due.lane },
    runAt: new Date(clock.now().getTime() + wait),
    maxAttempts: 2,
    priority: LATER_PRIORITY,
  });
}
