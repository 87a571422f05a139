import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import { BrokerError, notFound } from '../domain/errors.js';
import type { FieldValues } from '../domain/fields.js';
import type { TestResult, TestRun, TestTrigger } from '../domain/testResult.js';
import type { Page, PageRequest } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { authorize } from './authorize.js';
import { usableValues } from './foreignVersion.js';
import { knownConnector } from './knownConnector.js';
import { recordTest } from './recordTest.js';
import { isTestable, runTest } from './runTest.js';
import { activeValues } from './storedVersion.js';

type Needs = Pick<
  Ports,
  'clock' | 'log' | 'records' | 'changes' | 'readAudit' | 'store' | 'outbound' | 'testPace'
>;

export interface StoredTest {
  credential: Credential;
  version: number;
  result: TestResult;
}

/**
 * Tests a stored credential against the real service, its active version or the one that is named. Whoever may use it
 * may test it; the value goes to the stored host and nowhere else.
 */
export async function testCredential(
  ports: Needs,
  call: Call,
  id: string,
  options: { version?: number; trigger?: TestTrigger } = {},
): Promise<StoredTest> {
  const { credential } = await authorize(ports, call, id, 'use', 'credential.test');
  return testStored(ports, call, credential, options);
}

/** The same for whoever needs no permission: the worker. The attempt is audited before the value leaves. */
export async function testStored(
  ports: Needs,
  call: Call,
  credential: Credential,
  { version, trigger = 'request' }: { version?: number; trigger?: TestTrigger },
): Promise<StoredTest> {
  const connector = knownConnector(credential.serviceType);
  const tested = version ?? credential.activeVersion ?? 0;
  const values = await valuesOf(ports, credential, version);
  if (!isTestable(connector, values)) throw new BrokerError('conflict', { detail: NO_TEST });
  await ports.readAudit.record([
    auditEvent(call, 'credential.test', 'allowed', { credentialId: credential.id, version: tested }),
  ]);
  const result = await runTest(ports, connector, values);
  const kept = await recordTest(ports, call, { credential, version: tested, result, trigger });
  return { credential: kept.credential, version: tested, result };
}

const NO_TEST = 'Nothing says how to test this credential; give it a test of its own (field test_url).';

async function valuesOf(
  ports: Needs,
  credential: Credential,
  version: number | undefined,
): Promise<FieldValues> {
  if (version === undefined || version === credential.activeVersion) return activeValues(ports, credential);
  const known = await ports.records.version(credential.id, version);
  if (known === null) throw notFound('version');
  if (known.source === 'drift') return usableValues(ports, credential, known);
  return ports.store.read(credential.vaultPath, version, known.createdTime, known.secretFields);
}

/** What tests of a credential found, newest first. */
export async function listTests(
  ports: Needs,
  call: Call,
  id: string,
  page: PageRequest,
): Promise<Page<TestRun>> {
  await authorize(ports, call, id, 'see', 'credential.see');
  return ports.records.testRuns(id, page);
}
