import { connectorOf } from '../connectors/registry.js';
import type { Credential } from '../domain/credential.js';
import { type DueNotice, dueNotices, type NoticePolicy } from '../domain/dueNotices.js';
import { severityOf } from '../domain/notice.js';
import type { Notice } from '../ports/changes.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { isTestable } from './runTest.js';
import { systemCall } from './systemCall.js';

const PAGE = 200;

type Needs = Pick<Ports, 'clock' | 'records' | 'changes'>;

/** Looks at every active credential and puts what has to be told and was not yet into the outbox; the number of it. */
export async function remind(ports: Needs, policy: NoticePolicy): Promise<number> {
  let put = 0;
  let after: string | null = null;
  for (;;) {
    const states = await ports.records.noticeStates(after, PAGE);
    const now = ports.clock.now();
    const due = states.flatMap((state) => {
      const testable = testableByItself(state.credential);
      const found = dueNotices({ ...state, testable }, now, policy);
      return found.map((notice) => noticeOf(state.credential, notice));
    });
    put += await putNew(ports, due, now);
    const last: { credential: Credential } | undefined = states.at(-1);
    if (last === undefined || states.length < PAGE) return put;
    after = last.credential.id;
  }
}

/** Puts what was not put yet and nobody has silenced; how many. */
export async function putNew(ports: Needs, due: Notice[], now: Date): Promise<number> {
  const fresh = await ports.records.newNotices(due, now);
  if (fresh.length === 0) return 0;
  await ports.changes.run(async (tx) => {
    for (const notice of fresh) {
      await tx.notice(notice);
      const details = { kind: notice.kind, period: notice.period };
      const more = { credentialId: notice.credentialId, details };
      tx.audit(auditEvent(systemCall(), 'notice.create', 'allowed', more));
    }
  });
  return fresh.length;
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
