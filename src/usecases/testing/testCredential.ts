import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import type { Connector } from '../../domain/services/connector.js';
import { isTestable } from '../../domain/services/connector.js';
import type { TestWatch } from '../../domain/testing/testProgress.js';
import type { TestResult, TestRun, TestTrigger } from '../../domain/testing/testResult.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';
import { usableValues } from '../reading/foreignVersion.js';
import { activeValues } from '../reading/storedVersion.js';
import { accountKeyOf } from './accountKey.js';
import { recordTest } from './recordTest.js';
import { ABANDONED, runTest, TestAbandoned } from './runTest.js';

type Needs = Pick<
  Ports,
  'clock' | 'log' | 'records' | 'changes' | 'auditLog' | 'store' | 'fingerprints' | 'outbound' | 'testPace'
>;

export interface StoredTest {
  credential: Credential;
  version: number;
  result: TestResult;
}

/**
 * Tests a stored credential against the real service, its active version or the given one. Every caller who may use
 * it may test it; the value goes to the stored host and nowhere else.
 */
export async function testCredential(
  ports: Needs,
  call: CallContext,
  id: string,
  options: { version?: number; trigger?: TestTrigger; watch?: TestWatch } = {},
): Promise<StoredTest> {
  const { credential } = await authorize(ports, call, id, 'use', 'credential.test');
  const { version = credential.activeVersion ?? 0, trigger = 'request', watch } = options;
  const { connector, values } = await testableValues(ports, credential, version);
  const accountKey = await accountKeyOf(ports, connector, values);
  await auditAttempt(ports, call, credential, version);
  const lane = call.caller.principal;
  const result = await runTest(ports, connector, values, { lane, watch }).catch(async (error: unknown) => {
    if (!(error instanceof TestAbandoned)) throw error;
    const details = { trigger, contacted: error.contacted };
    const about = { credentialId: id, version, code: ABANDONED.code, details };
    await ports.auditLog.record([auditEvent(call, 'credential.tested', 'failed', about)]);
    throw ABANDONED.error();
  });
  const kept = await recordTest(ports, call, { credential, version, result, trigger, accountKey });
  return { credential: kept.credential, version, result };
}

/** What a version is tested with. Rejects with `conflict` where nothing says how. */
export async function testableValues(
  ports: Pick<Ports, 'records' | 'store'>,
  credential: Credential,
  version: number,
): Promise<{ connector: Connector; values: FieldValues }> {
  const connector = requireConnector(credential.serviceType);
  const values = await valuesOf(ports, credential, version);
  if (!isTestable(connector, values)) throw new BrokerError('conflict', { detail: NO_TEST });
  return { connector, values };
}

/** The attempt is audited before the value leaves. */
export async function auditAttempt(
  { auditLog }: Pick<Ports, 'auditLog'>,
  call: CallContext,
  { id: credentialId }: Credential,
  version: number,
): Promise<void> {
  await auditLog.record([auditEvent(call, 'credential.test', 'allowed', { credentialId, version })]);
}

const NO_TEST = 'No test is defined for this credential; set the field test_url to define one.';

async function valuesOf(
  ports: Pick<Ports, 'records' | 'store'>,
  credential: Credential,
  version: number,
): Promise<FieldValues> {
  if (credential.activeVersion === null || version === credential.activeVersion)
    return activeValues(ports, credential);
  const known = await ports.records.version(credential.id, version);
  if (known === null) throw notFound('version');
  if (known.source === 'drift') return usableValues(ports, credential, known);
  return ports.store.read(credential.vaultPath, version, known.createdTime, known.secretFields);
}

/** What tests of a credential found, newest first. */
export async function listTests(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  id: string,
  page: PageRequest,
): Promise<Page<TestRun>> {
  await authorize(ports, call, id, 'see', 'credential.see');
  return ports.records.testRuns(id, page);
}
