import type { FieldValues } from '../domain/fields.js';
import { OutboundFailure, type Probe } from '../domain/outbound.js';
import { outboundFinding } from '../domain/outboundFinding.js';
import type { Connector } from '../domain/template.js';
import {
  type Finding,
  failedStep,
  type TestCode,
  TestEnded,
  type TestResult,
  type TestWarning,
} from '../domain/testResult.js';
import type { OutboundSession } from '../ports/outbound.js';
import type { Ports } from '../ports.js';

/** From the first connection to the last byte of the last answer; Proxmox alone takes 3 s to say no. */
const DEADLINE_MS = 12_000;
/** For a turn at a host that others test. */
const WAIT_MS = 60_000;

/** True where the values say all that a test needs to begin. */
export function isTestable(connector: Connector, values: FieldValues): boolean {
  return connector.test !== undefined && connector.testable?.(values) !== false;
}

/** Proves `values` against the real service. Never rejects: whatever happens is a result. */
export async function runTest(
  ports: Pick<Ports, 'clock' | 'log' | 'outbound'>,
  connector: Connector,
  values: FieldValues,
  waitMs = WAIT_MS,
): Promise<TestResult> {
  const session = ports.outbound.open(DEADLINE_MS, waitMs);
  const began = ports.clock.now().getTime();
  try {
    const finding = unechoed(await found(ports, connector, values, session), values);
    return {
      ...finding,
      failedStep: failedStep(finding),
      warnings: [...(finding.warnings ?? []), ...endWarnings(finding, ports.clock.now())],
      durationMs: ports.clock.now().getTime() - began,
      contacted: session.contacted,
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
      'Another credential with the same account and secret was refused, so this one was not tried; mend it there, then test or change this one.',
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

const SOON_MS = 14 * 86_400_000;

/** What works today and will not for long. */
function endWarnings({ code, expiresAt }: Finding, now: Date): TestWarning[] {
  if (code !== 'ok' || !(expiresAt instanceof Date)) return [];
  if (expiresAt.getTime() - now.getTime() > SOON_MS) return [];
  const day = expiresAt.toISOString().slice(0, 10);
  return [
    { code: 'expires_soon', text: `It ends on ${day}: make a new one there and rotate it here before.` },
  ];
}

async function found(
  ports: Pick<Ports, 'log'>,
  connector: Connector,
  values: FieldValues,
  session: OutboundSession,
): Promise<Finding> {
  if (connector.test === undefined || !isTestable(connector, values)) return UNTESTABLE;
  try {
    return await connector.test(values, unechoing(session, values));
  } catch (error) {
    if (error instanceof TestEnded) return error.finding;
    if (error instanceof OutboundFailure) return outboundFinding(error);
    ports.log.error('test_broke', {
      service_type: connector.serviceType,
      error: error instanceof Error ? error.name : typeof error,
    });
    return BROKE;
  }
}

/** Anything shorter may be a word of the answer itself. */
const SHORTEST_ECHO = 8;

/** A host that has the secret now may say it back to us, in its name or version: that goes no further than here. */
function unechoing(session: OutboundSession, { secrets }: FieldValues): Probe {
  const clean = (text: string) =>
    Object.values(secrets).reduce((before, secret) => secret.maskedIn(before, SHORTEST_ECHO), text);
  return {
    now: () => session.now(),
    async send(request) {
      const answer = await session.send(request);
      const headers = Object.entries(answer.headers).map(
        ([name, texts]) => [name, texts.map(clean)] as const,
      );
      return {
        ...answer,
        statusText: clean(answer.statusText),
        headers: Object.fromEntries(headers),
        body: clean(answer.body),
      };
    },
  };
}

/** The same for short ones, in what is told of it. */
function unechoed(finding: Finding, { secrets }: FieldValues): Finding {
  const clean = (text: string) =>
    Object.values(secrets).reduce((before, secret) => secret.maskedIn(before), text);
  const { identity, version, permissions, models } = finding;
  return {
    ...finding,
    ...(identity !== undefined && { identity: clean(identity) }),
    ...(version !== undefined && { version: clean(version) }),
    ...(permissions !== undefined && { permissions: permissions.map(clean) }),
    ...(models !== undefined && { models: models.map(clean) }),
  };
}

const UNTESTABLE: Finding = {
  code: 'misconfigured',
  advice: 'Nothing says how to test this credential; give it a test of its own (test_url).',
};

const BROKE: Finding = {
  code: 'service_error',
  advice: 'The service answered in a way that the broker does not understand; look there, then test again.',
};
