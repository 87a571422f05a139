import type { RetentionPolicy } from '../domain/audit/retention.js';
import { BrokerError } from '../domain/errors.js';
import type { NoticePolicy } from '../domain/notices/dueNotices.js';
import { nextDue } from '../domain/time/cron.js';
import { MINUTE_MS } from '../domain/time/units.js';
import type { JobHandlers, Schedule } from '../ports/jobs.js';
import type { WorkerPorts } from '../ports/ports.js';
import type { Destroyer, SecretStore } from '../ports/vault.js';
import { runBulk } from '../usecases/bulk/runBulk.js';
import { sendEvents } from '../usecases/events/sendEvents.js';
import { grantAndCertificateReminders } from '../usecases/notices/grantAndCertificateReminders.js';
import { remind } from '../usecases/notices/remind.js';
import { rewrapChannels } from '../usecases/notices/rewrapChannels.js';
import { handOverNotices, sendToChannel } from '../usecases/notices/sendNotices.js';
import { auditCheckpoints } from '../usecases/operations/checkpointAudit.js';
import { cleanUp } from '../usecases/operations/cleanUp.js';
import { adoptDrift } from '../usecases/reconcile/adoptDrift.js';
import { destroyMarked } from '../usecases/reconcile/destroyDeleted.js';
import { type DriftMode, reconcile } from '../usecases/reconcile/reconcile.js';
import { countsOf } from '../usecases/reconcile/reconcileReport.js';
import { enqueueDueReports, makeScheduledReport } from '../usecases/reports/scheduledReports.js';
import { enqueueDueTests, testDue } from '../usecases/testing/testDue.js';

/** Intents younger than this may still be under way. */
const GRACE_MS = 15 * MINUTE_MS;

export interface WorkerParts {
  ports: WorkerPorts;
  /** Of the role that alone may list. */
  reconcilerStore(): Promise<SecretStore>;
  /** Of the role that alone may remove credentials. */
  destroyer(): Promise<Destroyer>;
  noticePolicy: NoticePolicy;
  /** How long old rows are kept. */
  retention: RetentionPolicy;
  drift: DriftMode;
  /** When the report of everything is due. */
  reportSchedule: Schedule;
}

/** What workers know to do, by the name of the task. */
export function tasksOf(parts: WorkerParts): JobHandlers {
  const { ports, noticePolicy, retention } = parts;
  return {
    checkpoint: auditCheckpoints(ports),
    test_due: async (_payload, signal) => {
      const enqueued = await enqueueDueTests(ports, signal);
      if (enqueued > 0) ports.log.info('tests_due', { enqueued });
    },
    test_credential: ({ credential_id: credentialId, claim, lane }) =>
      testDue(ports, { credentialId, claim, lane }),
    remind: async () => {
      const notices = (await remind(ports, noticePolicy)) + (await grantAndCertificateReminders(ports));
      if (notices > 0) ports.log.info('reminded', { notices });
    },
    reports_due: async () => {
      const enqueued = await enqueueDueReports(ports, nextDue);
      if (enqueued > 0) ports.log.info('reports_due', { enqueued });
    },
    make_report: ({ schedule_id: scheduleId, due_at: at }) =>
      makeScheduledReport(ports, nextDue, { scheduleId, at: new Date(at) }),
    notify: () => handOverNotices(ports),
    send_events: ({ channel_id: id }) => sendEvents(ports, id),
    send_channel: ({ channel_id: id }) => sendToChannel(ports, id),
    clean_up: async () => {
      const counts = { ...(await cleanUp(ports, retention)), rewrapped: await rewrapChannels(ports) };
      // After the rewrap: who reads `rewrapped` may let the old version of the key die.
      ports.log.info('cleaned_up', counts);
      return counts;
    },
    bulk: ({ job_id: id }, signal) => runBulk(ports, id, signal),
    adopt_drift: ({ credential_id: id }) => adoptDrift(ports, id),
    reconcile: () => reconcileOnce(parts),
  };
}

/** What the process with the destroyer's login knows to do. */
export function destroyTasks({ ports, destroyer }: Pick<WorkerParts, 'ports' | 'destroyer'>): JobHandlers {
  return {
    destroy: async () => {
      const counts = await destroyMarked(ports, await destroyer());
      if (counts.destroyed + counts.failed > 0) ports.log.info('destroyed', counts);
      return counts;
    },
  };
}

async function reconcileOnce({ ports, reconcilerStore, drift }: WorkerParts): Promise<object | undefined> {
  try {
    const all = { ...ports, store: await reconcilerStore() };
    const counts = countsOf(await reconcile(all, { graceMs: GRACE_MS, dryRun: false, drift }));
    // What nothing repairs automatically: a person has to look.
    const wrong = counts.orphans + counts.missing + counts.failed > 0;
    ports.log[wrong ? 'warn' : 'info']('reconciled', counts);
    return counts;
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'conflict') throw error;
    // Another process does it.
    ports.log.info('reconcile_left_to_another');
    return undefined;
  }
}
