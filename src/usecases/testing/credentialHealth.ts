import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { TestRun } from '../../domain/testing/testResult.js';
import {
  type DayOfHealth,
  healthByDay,
  LONGEST_WINDOW_MS,
  UPTIME_WINDOWS,
  type Uptime,
  type UptimeWindow,
  uptime,
} from '../../domain/testing/uptime.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { Ports } from '../../ports/ports.js';
import { authorize } from '../gate/authorize.js';

const LAST_RUNS = 10;

export interface CredentialHealth {
  credential: Credential;
  /** When its health became what it is; null before there was a value. */
  since: Date | null;
  uptime: Record<UptimeWindow, Uptime>;
  /** The days of the longest window, oldest first. */
  days: DayOfHealth[];
  /** Newest first. */
  runs: TestRun[];
}

/** The current health of a credential and its recent history. For everyone who can see the credential. */
export async function credentialHealth(
  ports: Pick<Ports, 'clock' | 'records' | 'auditLog'>,
  call: CallContext,
  id: string,
): Promise<CredentialHealth> {
  const { credential } = await authorize(ports, call, id, 'see', 'credential.see');
  const now = ports.clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const { since, marks } = await ports.records.healthHistory(id, before(LONGEST_WINDOW_MS), now);
  const told = Object.entries(UPTIME_WINDOWS).map(
    ([window, ms]) => [window, uptime(marks, before(ms), now)] as const,
  );
  const { items: runs } = await ports.records.testRuns(id, { limit: LAST_RUNS });
  const days = healthByDay(marks, LONGEST_WINDOW_MS / DAY_MS, now);
  return { credential, since, uptime: Object.fromEntries(told) as CredentialHealth['uptime'], days, runs };
}
