import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import {
  type Credential,
  type CredentialVersion,
  chosenIn,
  nextRotation,
} from '../../domain/credentials/credential.js';
import { fieldNames } from '../../domain/credentials/fields.js';
import { checkRevision } from '../../domain/credentials/revision.js';
import { BrokerError, invalid } from '../../domain/errors.js';
import { checkGiven } from '../../domain/services/fieldRules.js';
import { rescheduled } from '../../domain/testing/testPace.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import type { Notice } from '../../ports/notices.js';
import { auditEvent } from '../gate/auditEvent.js';
import { type Authorized, authorize } from '../gate/authorize.js';
import { breakGlassNotices, brokenGlass } from '../sharing/breakGlass.js';
import { nameNotices } from '../sharing/nameNotices.js';
import { reopens } from '../sharing/reopens.js';
import { intervalMs } from '../testing/recordTest.js';
import { isTestedOnSave, type Saved, type SaveTest, testAndSave } from '../testing/testOnSave.js';
import { versionHashes } from '../testing/versionHashes.js';
import type { WritePorts } from '../writing/writePorts.js';
import { lostRace, writeVersion } from '../writing/writeVersion.js';
import { checkEnvFields } from './createCredential.js';
import type { CredentialChange } from './credentialInput.js';
import { destinationEvent, mergedFields, unproven } from './newValues.js';
import { reminderChoice } from './reminderChoice.js';

/** A new destination is tested only when the request says so. */
export interface UpdateOptions extends SaveTest {
  ifMatch?: number;
  source: CredentialVersion['source'];
  /** Values keep every byte, as an import needs. */
  exact?: boolean;
  /** No scheduled test before a manual one. */
  unscheduled?: boolean;
}

/** Changes what is named and keeps the rest. Changed fields make a new, active version. */
export async function updateCredential(
  ports: WritePorts,
  call: CallContext,
  id: string,
  change: CredentialChange,
  options: UpdateOptions,
): Promise<Saved> {
  const granted = await authorize(ports, call, id, 'edit', 'credential.update');
  const { credential } = granted;
  checkRevision(credential, options.ifMatch);
  const patch = patchOf(ports, credential, change);
  const opens = await opensByEnabling(ports, call, granted, change);
  const notices = await nameNotices(ports, call, credential, patch);
  const metadataOnly = async () => ({
    credential: await changeMetadata(ports, call, credential, { patch, notices, opens }),
    test: null,
  });
  if (change.fields === undefined) return metadataOnly();
  const { values, changed, moved, current } = await mergedFields(
    ports,
    call,
    granted,
    { ...change, fields: change.fields },
    options.exact,
  );
  if (change.envNames !== undefined) checkEnvFields(change.envNames, fieldNames(values));
  if (changed.length === 0) return metadataOnly();
  const connector = requireConnector(credential.serviceType);
  if (options.exact !== true) checkGiven(connector, values, { current, changed, allow: change.allowUnusual });
  const mode = change.test ?? (moved.length > 0 ? 'skip' : (options.test ?? 'skip'));
  const tested = isTestedOnSave(mode, connector, values);
  const hashes = await versionHashes(ports, { connector, values, credentialId: id, tested });
  return testAndSave(ports, call, {
    mode,
    admitTest: options.admitTest,
    connector,
    values,
    accountKey: hashes.accountKey,
    trigger: 'save',
    save: (steps) =>
      writeVersion(ports, call, {
        credential,
        kind: 'update',
        values,
        fingerprint: hashes.content,
        steps,
        changedFields: changed,
        reason: change.reason ?? null,
        source: options.source,
        patch: {
          ...unproven(ports, credential, { changed, moved, values }),
          ...(options.unscheduled === true && { nextTestAt: null }),
          ...patch,
        },
        action: 'credential.update',
        also: moved.length > 0 ? [destinationEvent(call, credential, moved)] : [],
        notices,
      }),
  });
}

function patchOf(ports: WritePorts, credential: Credential, change: CredentialChange): CredentialPatch {
  const patch: CredentialPatch = chosenIn(change);
  const { reminders, disabled, expiresAt, testIntervalMinutes, rotationIntervalDays } = change;
  if (reminders !== undefined) patch.reminders = reminderChoice(reminders);
  if (disabled !== undefined) patch.status = disabled ? 'disabled' : 'active';
  if (expiresAt !== undefined) patch.expiresSource = expiresAt === null ? null : 'user';
  if (testIntervalMinutes !== undefined) {
    const { clock, testPace } = ports;
    const interval = intervalMs(testPace, { ...credential, ...patch });
    patch.nextTestAt = rescheduled(credential, interval, { now: clock.now(), chance: testPace.chance() });
  }
  if (rotationIntervalDays !== undefined)
    patch.nextRotationAt = nextRotation(credential.lastRotatedAt ?? ports.clock.now(), rotationIntervalDays);
  return patch;
}

/** An admin who enables what is shared, but not with them, says why, and sends no new values with it. */
async function opensByEnabling(
  ports: WritePorts,
  call: CallContext,
  granted: Authorized,
  { disabled, fields }: CredentialChange,
): Promise<boolean> {
  if (disabled !== false || granted.credential.status !== 'disabled') return false;
  const act = { action: 'credential.update' as const, does: 'enabling it' };
  const opens = await reopens(ports, call, granted, act);
  if (opens && fields !== undefined)
    throw invalid({
      field: 'fields',
      rule: 'must not be sent together with "disabled"; enable the credential first',
    });
  return opens;
}

async function changeMetadata(
  ports: WritePorts,
  call: CallContext,
  credential: Credential,
  { patch, notices, opens }: { patch: CredentialPatch; notices: readonly Notice[]; opens: boolean },
): Promise<Credential> {
  if (Object.keys(patch).length === 0) return credential;
  if (patch.envNames !== undefined) {
    checkEnvFields(patch.envNames, [...Object.keys(credential.settings), ...credential.secretFields]);
  }
  return ports.changes.run(async (tx) => {
    const row = await tx.lock(credential.id);
    if (row === null || row.revision !== credential.revision) throw lostRace();
    if (row.status === 'deleted')
      throw new BrokerError('conflict', { detail: 'This credential was deleted in the meantime.' });
    tx.audit(
      auditEvent(call, 'credential.update', 'allowed', {
        credentialId: row.id,
        details: { changed: Object.keys(patch) },
        ...brokenGlass(call, opens),
      }),
    );
    await tx.notices(notices);
    if (opens) await breakGlassNotices(tx, call, [credential]);
    return tx.updateCredential(row.id, patch, call.caller.principal, ports.clock.now());
  });
}
