import type { AuditProblem } from '../../domain/audit/auditProof.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { type MarkerReader, readMarker } from '../reconcile/restoreMarker.js';

type Needs = Pick<Ports, 'auditVerifier' | 'changes' | 'clock' | 'log'> & MarkerReader;

/**
 * Gives the task that signs the audit up to now. What was changed outside the broker is not signed: each such place is
 * logged every time, and reported to the admins and audited once a day.
 */
export function auditCheckpoints(ports: Needs): () => Promise<void> {
  const reported = new Set<string>();
  return async () => {
    const marker = await readMarker(ports);
    const { problems, keyed } = await ports.auditVerifier.checkpoint({ keyed: marker?.keyed ?? false });
    if (!keyed) ports.log.warn('audit_rows_unkeyed');
    for (const { chain, seq, problem } of problems) ports.log.error('audit_damaged', { chain, seq, problem });
    const [first] = problems;
    if (first === undefined) return reported.clear();
    const day = new Date(Math.floor(ports.clock.now().getTime() / DAY_MS) * DAY_MS).toISOString();
    const period = `${day} ${first.chain} ${first.seq}`;
    if (reported.has(period)) return;
    await report(ports, first, { period, many: problems.length });
    reported.add(period);
  };
}

async function report(
  { changes }: Needs,
  { chain, seq, problem }: AuditProblem,
  { period, many }: { period: string; many: number },
): Promise<void> {
  const details = { chain, seq, problem, problems: many };
  await changes.run(async (tx) => {
    await tx.notice({
      credentialId: null,
      kind: 'audit_damaged',
      period,
      recipient: 'admins',
      body: details,
    });
    tx.audit(auditEvent(systemCall(), 'audit.problem_found', 'failed', { details }));
  });
}
