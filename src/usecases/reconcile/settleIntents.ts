import { BrokerError } from '../../domain/errors.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import { systemCall } from '../gate/systemCall.js';
import { finishIntent } from '../writing/finishIntent.js';
import type { WritePorts } from '../writing/writePorts.js';
import type { ReconcileReport } from './reconcileReport.js';

/** Intents that fail must not keep a run for ever: what is left comes next time, in another order. */
const SETTLE_WITHIN_MS = MINUTE_MS;

/**
 * Settles the intents that are older than `graceMs`, each separately: one that fails is in `report.failed` and does
 * not stop the others. If nothing is repaired they are only listed.
 */
export async function settleIntents(
  ports: WritePorts,
  { graceMs, mends }: { graceMs: number; mends: boolean },
  report: ReconcileReport,
): Promise<void> {
  const call = systemCall();
  const began = ports.clock.now().getTime();
  const open = await ports.records.openIntents(new Date(began - graceMs));
  for (const intent of mends ? inAnyOrder(open, ports.testPace.chance) : open) {
    const { id, ...known } = intent;
    if (!mends || ports.clock.now().getTime() - began > SETTLE_WITHIN_MS) {
      report.openIntents.push(known);
      continue;
    }
    await noted(report, known.credentialId, async () => {
      const { credential } = await ports.records.access(call.caller, known.credentialId);
      const whole = await ports.records.openIntent(known.credentialId);
      if (credential === null || whole?.id !== id) return;
      const end = await finishIntent(ports, whole, credential);
      (end === 'completed' ? report.intentsCompleted : report.intentsClosed).push(known.credentialId);
    });
  }
}

/** So that those that fail slowly are not always the first. */
function inAnyOrder<T>(all: readonly T[], chance: () => number): T[] {
  return all
    .map((one) => ({ one, place: chance() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

/** One that fails is reported, and stops none of the others. */
export async function noted(
  report: ReconcileReport,
  credentialId: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    report.failed.push({ credentialId, code: error instanceof BrokerError ? error.code : 'internal_error' });
  }
}
