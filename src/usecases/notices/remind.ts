import { connectorOf } from '../../connectors/registry.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { inParts, pagesOf } from '../../domain/inParts.js';
import { type DueNotice, dueNotices, type NoticePolicy } from '../../domain/notices/dueNotices.js';
import { severityOf } from '../../domain/notices/notice.js';
import { isTestable } from '../../domain/services/connector.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Notice } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';

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
      return found.map((notice) => noticeOf(state.credential, notice));
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
        if (fresh.length > 0) await ports.changes.run((tx) => putAudited(tx, fresh));
        put += fresh.length;
      },
      ({ kind, credentialId }, { code }) =>
        ports.log.error('reminder_failed', { kind, credential_id: credentialId ?? undefined, code }),
    );
  return put;
}

async function putAudited(tx: ChangeTx, notices: readonly Notice[]): Promise<void> {
  for (const notice of notices) {
    await tx.notice(notice);
    const details = { kind: notice.kind, period: notice.period };
    const more = { credentialId: notice.credentialId, details };
    tx.audit(auditEvent(systemCall(), 'notice.create', 'allowed', more));
  }
}

function noticeOf(credential: Credential, { kind, period, facts }: DueNotice): Notice {
  const daysLeft = typeof facts['days_left'] === 'number' ? facts['days_left'] : undefined;
  return {
    credentialId: credential.id,
    kind,
    period,
    recipient: credential.owner,
    body: {
      credential: credential.name,
      service_type: credential.serviceType,
      severity: severityOf(kind, daysLeft),
      ...facts,
    },
  };
}

function testableByItself({ serviceType, settings }: Credential): boolean {
  const connector = connectorOf(serviceType);
  return connector !== undefined && isTestable(connector, { settings, secrets: {} });
}
