import type { AuditEvent } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import type { ImportMark } from '../../domain/imports/importMerge.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import type { Hashed, StoredVersion } from '../../ports/vault.js';
import type { WriteIntent } from '../../ports/writing.js';

/** Purpose of the fingerprint of a credential's content: two credentials never compare by accident. */
export function contentPurpose(credentialId: string): string {
  return `content:${credentialId}`;
}

/** What is hashed of a new version, so that the reconciler knows it again in Vault. */
export function hashedContent(credentialId: string, { settings, secrets }: FieldValues): Hashed {
  return { purpose: contentPurpose(credentialId), value: { ...settings, ...secrets } };
}

/** Completes an intent: version row, pointer, what else was promised, audit; the intent is closed with it. */
export async function commitVersion(
  tx: ChangeTx,
  now: Date,
  intent: WriteIntent,
  stored: StoredVersion,
  events: AuditEvent[],
): Promise<Credential> {
  await tx.insertVersion({
    credentialId: intent.credentialId,
    version: stored.version,
    createdTime: stored.createdTime,
    settings: intent.settings,
    secretFields: intent.secretFields,
    changedFields: intent.changedFields,
    author: intent.actor,
    reason: intent.reason,
    source: intent.source,
    fingerprint: intent.fingerprint,
    state: 'available',
    recordedAt: now,
  });
  const patch: CredentialPatch = {
    ...intent.patch,
    activeVersion: stored.version,
    activeCreatedTime: stored.createdTime,
    latestVersion: stored.version,
    settings: intent.settings,
    secretFields: intent.secretFields,
  };
  const credential = await tx.updateCredential(intent.credentialId, patch, intent.actor, now);
  if (intent.source === 'import') await tx.markImport(credential.id, markOf(intent, credential), now);
  await tx.closeIntent(intent.id, 'completed', now);
  for (const event of events) tx.audit(event);
  return credential;
}

/** A new credential has the file's variables; of a change only its fields are known to be the file's. */
function markOf({ kind, expectedVersion, changedFields }: WriteIntent, { envNames }: Credential): ImportMark {
  const fields = Object.fromEntries(changedFields.map((name) => [name, expectedVersion]));
  return { fields, envNames: kind === 'create' ? envNames : {} };
}
