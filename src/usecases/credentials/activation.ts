import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { Discrepancy } from '../../domain/reconcile/discrepancy.js';
import { firstTest } from '../../domain/testing/testPace.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import type { FindingWrites } from '../../ports/findings.js';
import type { Ports } from '../../ports/ports.js';

/** What becomes true when a version is made the active one; `moved` are fields of another destination in it. */
export function activated(
  { clock, testPace }: Pick<Ports, 'clock' | 'testPace'>,
  row: Credential,
  { known, values, moved }: { known: CredentialVersion; values: FieldValues; moved: readonly string[] },
): CredentialPatch {
  return {
    activeVersion: known.version,
    activeCreatedTime: known.createdTime,
    settings: values.settings,
    secretFields: Object.keys(values.secrets).sort(),
    health: 'unchecked',
    nextTestAt: moved.length > 0 ? null : firstTest(clock.now(), testPace.chance()),
    // The service said it of the secret that was active until now.
    ...(row.expiresSource === 'provider' && { expiresAt: null, expiresSource: null }),
  };
}

/** Ends what was found of a credential whose active version a person chose. */
export async function endDrift(
  tx: FindingWrites,
  open: readonly Discrepancy[],
  { version, at }: { version: number; at: Date },
): Promise<void> {
  for (const finding of open)
    if (finding.kind === 'drift')
      await tx.resolveFinding(finding.id, finding.version === version ? 'activated' : 'kept', at);
}

/**
 * For a version of another client, a caller's role alone is not enough to make the broker send its secret anywhere.
 */
export function refuseDestination(moved: readonly string[]): BrokerError {
  return new BrokerError('forbidden', {
    detail: `This version was written directly in Vault and has a different ${moved.join(', ')}. Only the owner and users with a grant to read its values can activate it. Or send the values in an update.`,
  });
}
