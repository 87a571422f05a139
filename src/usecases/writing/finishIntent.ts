import { kindOfPrincipal } from '../../domain/access/caller.js';
import type { AuditAction, AuditEvent } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { WriteIntent } from '../../ports/writing.js';
import { commitVersion, contentPurpose } from './commitVersion.js';
import type { WritePorts } from './writePorts.js';

export type IntentEnd = 'completed' | 'abandoned' | 'drift';

/**
 * Settles an intent that a crash left open. A version in Vault that holds what was meant is completed as its
 * author's; nothing in Vault closes the intent; something else there is drift, which the reconciler records.
 */
export async function finishIntent(
  ports: WritePorts,
  intent: WriteIntent,
  credential: Credential,
): Promise<IntentEnd> {
  const metadata = await ports.store.metadata(credential.vaultPath);
  const written = metadata?.versions.get(intent.expectedVersion);
  const there = written !== undefined && !written.destroyed && !written.deleted;
  if (written !== undefined && there) {
    const { createdTime } = written;
    const values = await ports.store.read(
      credential.vaultPath,
      intent.expectedVersion,
      createdTime,
      intent.secretFields,
    );
    const content = { ...values.settings, ...values.secrets };
    if (await ports.fingerprints.matches(contentPurpose(credential.id), content, intent.fingerprint)) {
      const stored = { version: intent.expectedVersion, createdTime };
      await ports.changes.run((tx) =>
        commitVersion(tx, ports.clock.now(), intent, stored, [event(intent, 'completed', stored.version)]),
      );
      return 'completed';
    }
  }
  await ports.changes.run(async (tx) => {
    const now = ports.clock.now();
    if (intent.kind === 'create' && !there) {
      await tx.updateCredential(
        credential.id,
        { status: 'destroyed', deletedAt: now, deletedBy: 'system' },
        'system',
        now,
      );
    } else if (there) {
      await tx.updateCredential(
        credential.id,
        { latestVersion: metadata?.currentVersion ?? intent.expectedVersion },
        'system',
        now,
      );
    }
    await tx.closeIntent(intent.id, 'abandoned', now);
    tx.audit(event(intent, there ? 'drift' : 'abandoned', null));
  });
  return there ? 'drift' : 'abandoned';
}

const DONE = {
  create: 'credential.create',
  update: 'credential.update',
  rotate: 'credential.rotate',
} as const satisfies Record<WriteIntent['kind'], AuditAction>;

function event(intent: WriteIntent, end: IntentEnd, version: number | null): AuditEvent {
  const actor = end === 'completed' ? intent.actor : 'system';
  const left = intent.kind === 'create' ? 'credential.create_abandoned' : 'credential.update_abandoned';
  return {
    action: end === 'completed' ? DONE[intent.kind] : left,
    outcome: end === 'completed' ? 'allowed' : 'failed',
    actor,
    actorKind: kindOfPrincipal(actor),
    requestId: intent.requestId,
    ip: null,
    credentialId: intent.credentialId,
    version,
    code: null,
    usedBy: null,
    purpose: null,
    breakGlass: false,
    breakGlassReason: null,
    details: { settled_by: 'reconciler', meant: intent.kind, expected: intent.expectedVersion, end },
  };
}
