import type { JobHandler, Ports, SecretStore } from '../ports.js';
import { reconcile } from '../usecases/reconcile.js';

/** Intents younger than this may still be under way. */
const GRACE_MS = 15 * 60_000;

export interface WorkerParts {
  ports: Ports;
  /** Of the role that alone may list and destroy. */
  reconcilerStore(): Promise<SecretStore>;
}

/** What workers know to do, by the name of the task. */
export function tasksOf({ ports, reconcilerStore }: WorkerParts): Readonly<Record<string, JobHandler>> {
  return {
    checkpoint: () => ports.auditVerifier.checkpoint(),
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
