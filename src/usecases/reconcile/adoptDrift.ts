import { requireConnector } from '../../connectors/registry.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import type { Discrepancy } from '../../domain/reconcile/discrepancy.js';
import { isTestable } from '../../domain/services/connector.js';
import { destinationChanged } from '../../domain/services/destination.js';
import { healthAfter } from '../../domain/testing/health.js';
import { isTestCode, type TestResult } from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import { activated } from '../credentials/activation.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { notifyOwner } from '../notices/notifyOwner.js';
import { usableValues } from '../reading/foreignVersion.js';
import { accountKeyOf } from '../testing/accountKey.js';
import { recordTest } from '../testing/recordTest.js';
import { runTest, untried } from '../testing/runTest.js';
import { auditAttempt } from '../testing/testCredential.js';
import { lostRace } from '../writing/writeVersion.js';

type Needs = Pick<
  Ports,
  | 'clock'
  | 'log'
  | 'records'
  | 'changes'
  | 'auditLog'
  | 'store'
  | 'outbound'
  | 'testPace'
  | 'findings'
  | 'fingerprints'
>;

/** A host that is busy for longer is asked with the next reconciliation. */
const WAIT_MS = 5_000;

/**
 * Whether a version by another client may be tested and used automatically: never if the secret would go to another
 * destination, and once only, unless the service could not be reached or gave no verdict.
 */
export function mayAdopt(row: Credential, { kind, version, facts }: Discrepancy): boolean {
  if (kind !== 'drift' || row.status !== 'active' || (version ?? 0) <= (row.activeVersion ?? 0)) return false;
  const { destination_changed: moved, usable, test_code: tested } = facts;
  if (usable !== true || !Array.isArray(moved) || moved.length > 0) return false;
  const code = typeof tested === 'string' ? tested : null;
  return !isTestCode(code) || ['unreachable', 'unchecked'].includes(healthAfter(code, 'unchecked'));
}

/** Tests the newest version that was written directly in Vault, and activates it when it works. */
export async function adoptDrift(ports: Needs, credentialId: string): Promise<void> {
  const only = await ports.findings.reportOnly();
  if (only !== null && only.until > ports.clock.now()) return;
  const { credential } = await ports.records.access(systemCall().caller, credentialId);
  const open = credential === null ? [] : await ports.findings.openOf(credentialId);
  const finding = open.find(({ kind }) => kind === 'drift');
  if (credential === null || finding === undefined || !mayAdopt(credential, finding)) return;
  const known = await ports.records.version(credentialId, finding.version ?? 0);
  if (known === null) return;
  const connector = requireConnector(credential.serviceType);
  const values = await usableValues(ports, credential, known);
  // What was found may be older than the active version's settings.
  const moved = destinationChanged(connector, credential.settings, values.settings);
  if (moved.length > 0 || !isTestable(connector, values)) return;
  const accountKey = await accountKeyOf(ports, connector, values);
  const result = await tried(ports, { credential, known, values, accountKey });
  if (result.turnedAway) return;
  await keepOutcome(ports, credential, { finding, known, values, result, accountKey });
}

async function tried(
  ports: Needs,
  {
    credential,
    known,
    values,
    accountKey,
  }: Omit<Adoption, 'finding' | 'result'> & { credential: Credential },
): Promise<TestResult> {
  const refused = await ports.records.lastRejection(accountKey);
  if (refused !== null) return untried(refused);
  await auditAttempt(ports, systemCall(), credential, known.version);
  return runTest(ports, requireConnector(credential.serviceType), values, { waitMs: WAIT_MS });
}

async function keepOutcome(
  ports: Needs,
  credential: Credential,
  { finding, known, values, result, accountKey }: Adoption,
): Promise<void> {
  const call = systemCall();
  const { version } = known;
  const about = { credentialId: credential.id, version };
  const works = result.code === 'ok';
  await ports.changes.run(async (tx) => {
    const row = await tx.lock(credential.id);
    if (row === null || (works && row.revision !== credential.revision)) throw lostRace();
    await tx.noteFinding(finding.id, { test_code: result.code });
    const outcome = works ? 'allowed' : 'failed';
    tx.audit(auditEvent(call, 'credential.drift_adopted', outcome, { ...about, code: result.code }));
    if (!works) return;
    const patch = activated(ports, row, { known, values, moved: [] });
    await tx.updateCredential(credential.id, patch, 'system', ports.clock.now());
    await tx.resolveFinding(finding.id, 'adopted', ports.clock.now());
    await notifyOwner(tx, credential, 'drift_adopted', { id: finding.id, facts: { version } });
  });
  await recordTest(ports, call, { credential, version, result, trigger: 'schedule', accountKey });
}

interface Adoption {
  finding: Discrepancy;
  known: CredentialVersion;
  values: FieldValues;
  result: TestResult;
  accountKey: string;
}
