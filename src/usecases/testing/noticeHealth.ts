import type { Credential, Health } from '../../domain/credentials/credential.js';
import { healthNews, ownerNotice } from '../../domain/notices/dueNotices.js';
import type { ChangeTx } from '../../ports/changes.js';
import { putNotice } from '../writing/putNotice.js';

/** Changes of health that come together become one message. */
const GATHER_MS = 20_000;

/**
 * Reports a change of health in the transaction that makes it known, and wakes the sender. A host that is away, and what
 * else only time shows, is reported by `remind`.
 */
export async function noticeHealth(
  tx: ChangeTx,
  credential: Credential,
  before: { health: Health; lastTestedAt: Date | null },
  now: Date,
): Promise<void> {
  const { health } = credential;
  const hasNoNotice = health === 'ok' && before.lastTestedAt === null;
  if (health === before.health || hasNoNotice) return;
  const news = healthNews({ credential, ...(await tx.healthNotes(credential.id)) });
  if (news === null) return;
  await putNotice(tx, ownerNotice(credential, news));
  const runAt = new Date(now.getTime() + GATHER_MS);
  await tx.enqueue({ task: 'notify', key: 'notify', queue: 'notify', runAt });
}
