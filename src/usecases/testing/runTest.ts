import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import { ATTENTION_MS, expiringText } from '../../domain/notices/attention.js';
import { type Connector, isTestable } from '../../domain/services/connector.js';
import { tlsBadge } from '../../domain/services/tlsWarnings.js';
import { OutboundFailure, type Probe } from '../../domain/testing/outbound.js';
import { outboundFinding } from '../../domain/testing/outboundFinding.js';
import { TestProgress, type TestWatch } from '../../domain/testing/testProgress.js';
import {
  failedStep,
  type TestCode,
  TestEnded,
  type TestResult,
  type TestVerdict,
  type TestWarning,
} from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import { GuardedProbe } from './guardedProbe.js';

/** From the first connection to the last byte of the last answer; Proxmox alone takes 3 s to say no. */
const DEADLINE_MS = 12_000;
/** For a turn at a host that others test: callers take turns, so it comes within two tests of other callers. */
const WAIT_MS = 30_000;

/** How long a test may wait for its turn, and on whose behalf it is. */
export interface TestTurn {
  waitMs?: number | undefined;
  lane?: string;
  /** Sees the steps as they end, and may end the test. */
  watch?: TestWatch | undefined;
}

/** Nobody waits for the result any more: the test was cut off, and proves nothing. */
export class TestAbandoned extends Error {
  constructor(readonly contacted: readonly string[]) {
    super('abandoned');
    this.name = 'TestAbandoned';
  }
}

/** How an abandoned test ends: its code in the audit, and what the request rejects with. */
export const ABANDONED = {
  code: 'abandoned',
  error: () => new BrokerError('conflict', { detail: 'The client left before the test ended.' }),
} as const;

/**
 * Proves `values` against the real service. Whatever happens is a result, unless the caller may contact no further
 * address, or the watcher left (`TestAbandoned`).
 */
export async function runTest(
  ports: Pick<Ports, 'clock' | 'log' | 'outbound'>,
  connector: Connector,
  values: FieldValues,
  { waitMs = WAIT_MS, lane, watch }: TestTurn = {},
): Promise<TestResult> {
  const progress = watch && new TestProgress(watch.step);
  const session = ports.outbound.open(
    DEADLINE_MS,
    waitMs,
    lane,
    progress && { signal: watch.signal, reached: (step, secure) => progress.reached(step, secure) },
  );
  const began = ports.clock.now().getTime();
  try {
    const probe = new GuardedProbe(session, connector, values);
    const finding = probe.told(await found(ports, connector, values, probe));
    const contacted = [...session.contacted, ...probe.refused];
    if (watch?.signal.aborted === true) throw new TestAbandoned(contacted);
    progress?.end(failedStep(finding));
    const { warning } = tlsBadge(connector, values.settings);
    return {
      ...finding,
      failedStep: failedStep(finding),
      warnings: once([
        ...(finding.warnings ?? []),
        ...endWarnings(finding, ports.clock.now()),
        ...probe.warnings,
        ...(warning === null ? [] : [warning]),
      ]),
      durationMs: ports.clock.now().getTime() - began,
      contacted,
      turnedAway: session.turnedAway,
    };
  } finally {
    await session.close();
  }
}

/** What is known without asking: one more login with what was refused could lock the account. */
export function untried(code: TestCode): TestResult {
  const finding = {
    code,
    advice:
      'Not tried: the service rejected this account and secret before, in this or another credential, and one more login could lock the account. Fix the account there, then test or change this credential.',
  };
  return {
    ...finding,
    failedStep: failedStep(finding),
    warnings: [],
    durationMs: 0,
    contacted: [],
    turnedAway: false,
  };
}

/** What works today and will not for long. */
function endWarnings({ code, expiresAt }: TestVerdict, now: Date): TestWarning[] {
  if (code !== 'ok' || !(expiresAt instanceof Date)) return [];
  if (expiresAt.getTime() - now.getTime() > ATTENTION_MS) return [];
  return [{ code: 'expires_soon', text: expiringText(expiresAt) }];
}
const once = (warnings: readonly TestWarning[]): TestWarning[] =>
  warnings.filter(({ text }, n) => warnings.findIndex((other) => other.text === text) === n);

async function found(
  ports: Pick<Ports, 'log'>,
  connector: Connector,
  values: FieldValues,
  probe: Probe,
): Promise<TestVerdict> {
  if (connector.test === undefined || !isTestable(connector, values)) return UNTESTABLE;
  try {
    return await connector.test(values, probe);
  } catch (error) {
    if (error instanceof TestEnded) return error.finding;
    if (error instanceof OutboundFailure) return outboundFinding(error);
    if (error instanceof BrokerError) throw error;
    ports.log.error('test_broke', {
      service_type: connector.serviceType,
      error: error instanceof Error ? error.name : typeof error,
    });
    return BROKE;
  }
}

const UNTESTABLE: TestVerdict = {
  code: 'misconfigured',
  advice: 'No test is defined for this credential; set test_url to define one.',
};

const BROKE: TestVerdict = {
  code: 'service_error',
  advice: 'The service sent an unexpected answer; check the service, then test again.',
};
