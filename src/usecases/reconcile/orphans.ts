import { randomUUID } from 'node:crypto';
import type { Discrepancy, Resolution } from '../../domain/reconcile/discrepancy.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { lostRace } from '../writing/writeVersion.js';

type Needs = Pick<Ports, 'clock' | 'changes'>;

export interface Orphan {
  path: string;
  /** Whose it was, as `custom_metadata` in Vault says. */
  custom: Record<string, string>;
}

const BATCH = 200;
const SHOWN = 5;

/**
 * Records paths that belong to no credential, and notifies the admins once. Their content is left alone. Rejects with
 * `conflict` when another process recorded one of them meanwhile.
 */
export async function recordOrphans({ clock, changes }: Needs, orphans: readonly Orphan[]): Promise<void> {
  for (let from = 0; from < orphans.length; from += BATCH)
    await changes.run(async (tx) => {
      for (const orphan of orphans.slice(from, from + BATCH)) {
        if (!(await tx.openFinding(findingOf(orphan, clock.now())))) throw lostRace();
        const details = { path: orphan.path };
        tx.audit(auditEvent(systemCall(), 'credential.orphan_found', 'failed', { details }));
      }
      if (from > 0) return;
      const shown = orphans.slice(0, SHOWN).map(({ path }) => path);
      const more = orphans.length > SHOWN ? ` and ${orphans.length - SHOWN} more` : '';
      await tx.notice({
        credentialId: null,
        kind: 'orphan',
        period: randomUUID(),
        recipient: 'admins',
        body: { paths: `${shown.join(', ')}${more}`, count: orphans.length },
      });
    });
}

function findingOf({ path, custom }: Orphan, foundAt: Date): Discrepancy {
  const said = ['id', 'name', 'owner'].filter((key) => Object.hasOwn(custom, key));
  const facts = Object.fromEntries(said.map((key) => [key, custom[key]]));
  const rest = { credentialId: null, version: null, resolvedAt: null, resolution: null };
  return { id: randomUUID(), kind: 'orphan', path, facts, foundAt, ...rest };
}

/** Those whose path went from Vault, or belongs to a credential now (`known`). */
export async function endOrphans(
  { clock, changes }: Needs,
  ended: readonly { finding: Discrepancy; resolution: Resolution }[],
): Promise<void> {
  for (let from = 0; from < ended.length; from += BATCH)
    await changes.run(async (tx) => {
      for (const { finding, resolution } of ended.slice(from, from + BATCH)) {
        await tx.resolveFinding(finding.id, resolution, clock.now());
        const details = { finding: finding.id, path: finding.path, resolution };
        tx.audit(auditEvent(systemCall(), 'credential.finding_resolved', 'allowed', { details }));
      }
    });
}
