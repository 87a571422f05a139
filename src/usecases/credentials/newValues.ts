import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import { readsByRight } from '../../domain/access/grant.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { mergeFields } from '../../domain/credentials/templateFields.js';
import { invalid } from '../../domain/errors.js';
import type { Connector } from '../../domain/services/connector.js';
import { destinationChanged } from '../../domain/services/destination.js';
import { firstTest } from '../../domain/testing/testPace.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import { auditEvent } from '../gate/auditEvent.js';
import type { Authorized } from '../gate/authorize.js';
import type { WritePorts } from '../writing/writePorts.js';
import { keepVersions, lostRace } from '../writing/writeVersion.js';
import type { CredentialChange, GivenFields } from './credentialInput.js';

/**
 * A new value is tested by schedule soon; for a new destination, where the secret never went, a person has to ask. What
 * a service said of the end of the old secret says nothing of the new one.
 */
export function unproven(
  { clock, testPace }: WritePorts,
  { secretFields, expiresSource }: Credential,
  { changed, moved, values }: { changed: string[]; moved: string[]; values: FieldValues },
): CredentialPatch {
  const nextTestAt = moved.length > 0 ? null : firstTest(clock.now(), testPace.chance());
  const carries = (name: string) =>
    name in values.secrets || secretFields.includes(name) || name === 'client_cert_pem';
  const stale = expiresSource === 'provider' && (moved.length > 0 || changed.some(carries));
  return { health: 'unchecked', nextTestAt, ...(stale && { expiresAt: null, expiresSource: null }) };
}

/** The active values with the changes merged in; refuses a new destination without the secret where that is due. */
export async function mergedFields(
  ports: WritePorts,
  call: CallContext,
  granted: Authorized,
  change: Pick<CredentialChange, 'secretFields'> & { fields: GivenFields },
  exact = false,
): Promise<{ values: FieldValues; changed: string[]; moved: string[]; current: FieldValues }> {
  const { credential } = granted;
  const connector = requireConnector(credential.serviceType);
  if (credential.activeVersion === null) throw lostRace();
  const { vaultPath, activeVersion, activeCreatedTime, secretFields } = credential;
  // Side by side: what makes Vault keep versions must be so before the next one is written.
  const [current] = await Promise.all([
    ports.store.read(vaultPath, activeVersion, activeCreatedTime, secretFields),
    keepVersions(ports, credential),
  ]);
  const input = { template: connector.template, given: change.fields, current, exact };
  const merged = mergeFields(
    change.secretFields === undefined ? input : { ...input, secretFields: change.secretFields },
  );
  const moved = destinationChanged(connector, current.settings, merged.values.settings);
  // A field of `other` that is kept secret may be an address as well.
  const steering = connector.template.free_form === true ? merged.changed : moved;
  if (steering.length > 0 && !readsByRight(call.caller, granted))
    requireSecrets(connector, current, change.fields, steering);
  return { ...merged, moved, current };
}

/** A caller who could not read the secret must not make the broker send it to a host of their choice. */
function requireSecrets(
  connector: Connector,
  current: FieldValues,
  given: Record<string, unknown>,
  moved: string[],
): void {
  const kept = Object.keys(current.secrets).filter(
    (name) => given[name] === undefined || given[name] === null,
  );
  if (kept.length === 0) return;
  throw invalid(
    ...kept.map((name) => ({
      field: `fields.${name}`,
      rule: `must be sent again, because ${moved.join(', ')} of this ${connector.serviceType} credential changes and you could not read it`,
    })),
  );
}

/** The event that names the changed fields that decide where the secret goes. */
export function destinationEvent(call: CallContext, credential: Credential, moved: string[]): AuditEvent {
  return auditEvent(call, 'credential.destination_changed', 'allowed', {
    credentialId: credential.id,
    details: { fields: moved },
  });
}
