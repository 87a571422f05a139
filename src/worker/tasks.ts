import type { NoticePolicy } from '../domain/dueNotices.js';
import type { JobHandler, Schedule } from '../ports/jobs.js';
import type { SecretStore } from '../ports/vault.js';
import type { Ports } from '../ports.js';
import { reconcile } from '../usecases/reconcile.js';
import { remind } from '../usecases/remind.js';
import { makeScheduledReports } from '../usecases/reports.js';
import { handOverNotices, sendToChannel } from '../usecases/sendNotices.js';
import { enqueueDueTests, testDue } from '../usecases/testDue.js';

/** Jobs that were given up can be looked at for so long. */
const DEAD_FOR_MS = 7 * 86_400_000;
/** Intents younger than this may still be under way. */
const GRACE_MS = 15 * 60_000;

export interface WorkerParts {
  ports: Ports;
  /** Of the role that alone may list and destroy. */
  reconcilerStore(): Promise<SecretStore>;
  noticePolicy: NoticePolicy;
  /** When `report` is due. */
  reportSchedule: Schedule;
}

/** What workers know to do, by the name of the task. */
export function tasksOf({
  ports,
  reconcilerStore,
  noticePolicy,
}: WorkerParts): Readonly<Record<string, JobHandler>> {
  return {
    checkpoint: () => ports.auditVerifier.checkpoint(),
    test_due: async (_payload, signal) => {
      const enqueued = await enqueueDueTests(ports, signal);
      if (enqueued > 0) ports.log.info('tests_due', { enqueued });
    },
    test_credential: (payload) =>
      testDue(ports, {
        credentialId: textOf(payload, 'credential_id'),
        claim: numberOf(payload, 'claim'),
        lane: textOf(payload, 'lane'),
      }),
    remind: async () => {
      const notices = await remind(ports, noticePolicy);
      if (notices > 0) ports.log.info('reminded', { notices });
    },
    report: () => makeScheduledReports(ports),
    notify: () => handOverNotices(ports),
    send_channel: (payload) => sendToChannel(ports, textOf(payload, 'channel_id')),
    clean_up: async () => {
      const before = new Date(ports.clock.now().getTime() - DEAD_FOR_MS);
      ports.log.info('cleaned_up', { jobs: await ports.jobs.forgetDead(before) });
    },
    reconcile: async () => {
      const report = await reconcile(
        { ...ports, store: await reconcilerStore() },
        { graceMs: GRACE_MS, dryRun: false },
      );
      ports.log.info('reconciled', {
        completed: report.intentsCompleted.length,
        closed: report.intentsClosed.length,
        destroyed: report.destroyed.length,
        orphans: report.orphans.length,
        missing: report.missing.length,
        drift: report.drift.length,
      });
    },
  };
}

/** A text of a job's payload; what another version of the broker enqueued may lack it. */
function textOf(payload: unknown, name: string): string {
  const text = memberOf(payload, name);
  if (typeof text === 'string') return text;
  throw new TypeError(`a job without ${name}`);
}

function numberOf(payload: unknown, name: string): number {
  const number = memberOf(payload, name);
  if (typeof number === 'number') return number;
  throw new TypeError(`a job without ${name}`);
}

function memberOf(payload: unknown, name: string): unknown {
  const members = typeof payload === 'object' && payload !== null ? Object.entries(payload) : [];
  return members.find(([key]) => key === name)?.[1];
}
