import { connectorOf } from '../../connectors/registry.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { inParts, pagesOf } from '../../domain/inParts.js';
import { dueNotices, type NoticePolicy, ownerNotice } from '../../domain/notices/dueNotices.js';
import { isTestable } from '../../domain/services/connector.js';
import type { Notice } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import { putNotice } from '../writing/putNotice.js';

const PAGE = 50;

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'log'>;

/** Looks at every active credential and puts new notices that are due into the outbox; returns their number. */
export async function remind(ports: Needs, policy: NoticePolicy): Promise<number> {
  let put = 0;
  const pages = pagesOf(PAGE, {
    read: (after, limit) => ports.records.noticeStates(after, limit),
    idOf: ({ credential }) => credential.id,
    nextId: (after) => ports.records.nextCredentialId(after),
    failed: (id, { code }) => ports.log.error('reminder_failed', { credential_id: id, code }),
  });
  for await (const states of pages) {
    const now = ports.clock.now();
    const due = states.flatMap((state) => {
      const testable = testableByItself(state.credential);
      const found = dueNotices({ ...state, testable }, now, policy);
      return found.map((notice) => ownerNotice(state.credential, notice));
    });
    put += await enqueueNew(ports, due, now);
  }
  return put;
}

/** Puts what was not put yet and nobody has silenced, a few at a time; how many. One that can't be put stops no other. */
export async function enqueueNew(ports: Needs, due: Notice[], now: Date): Promise<number> {
  let put = 0;
  for (let from = 0; from < due.length; from += PAGE)
    await inParts(
      due.slice(from, from + PAGE),
      async (part) => {
        const fresh = await ports.records.newNotices([...part], now);
        if (fresh.length > 0)
          await ports.changes.run(async (tx) => {
            for (const notice of fresh) await putNotice(tx, notice);
          });
        put += fresh.length;
      },
      ({ kind, credentialId }, { code }) =>
        ports.log.error('reminder_failed', { kind, credential_id: credentialId ?? undefined, code }),
    );
  return put;
}

function testableByItself({ serviceType, settings }: Credential): boolean {
  const connector = connectorOf(serviceType);
  return connector !== undefined && isTestable(connector, { settings, secrets: {} });
}
