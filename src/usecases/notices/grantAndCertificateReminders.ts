import { GRANT_AHEAD_MS, grantStep, leftoverWeek, ownStep } from '../../domain/notices/otherReminders.js';
import type { EndingGrant, EnvLeftovers, Notice, OwnExpiry } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import { enqueueNew } from './remind.js';

/** The number of names that fit into a sentence. */
const MOST_NAMES = 10;

/**
 * Notices in addition to those about the state of credentials: grants that end, what an import left, expiries of the
 * broker itself.
 */
export async function grantAndCertificateReminders(
  ports: Pick<Ports, 'clock' | 'records' | 'changes' | 'log' | 'ownExpiries'>,
): Promise<number> {
  const now = ports.clock.now();
  const grants = await ports.records.endingGrants(now, new Date(now.getTime() + GRANT_AHEAD_MS));
  const due = [
    ...grants.flatMap((ending) => ofGrant(ending, now)),
    ...(await ports.records.envLeftovers()).flatMap((left) => ofLeftovers(left, now)),
  ];
  return (await enqueueNew(ports, due, now)) + (await remindOwnExpiries(ports));
}

/** The expiries that affect this process: each process knows only its own logins and certificate. */
export async function remindOwnExpiries(
  ports: Pick<Ports, 'clock' | 'records' | 'changes' | 'log' | 'ownExpiries'>,
): Promise<number> {
  const now = ports.clock.now();
  const due = (await ports.ownExpiries.list()).flatMap((end) => ofOwn(end, now));
  return enqueueNew(ports, due, now);
}

/** To the owner, and to the holder of the grant. */
function ofGrant({ credential, grant, holders }: EndingGrant, now: Date): Notice[] {
  const step = grantStep(grant.expiresAt, now);
  if (step === null || credential.reminders?.muted === true) return [];
  const at = grant.expiresAt.toISOString();
  const body = {
    credential: credential.name,
    service_type: credential.serviceType,
    severity: step.severity,
    subject: grant.subject,
    level: grant.level,
    expires_at: at,
    days_left: step.daysLeft,
  };
  return [...new Set([credential.owner, ...holders])].map((recipient) => ({
    credentialId: credential.id,
    kind: 'grant_ending',
    period: `${at} ${grant.subjectKind} ${grant.subject} to ${recipient}/${step.step}`,
    recipient,
    body,
  }));
}

function ofLeftovers({ principal, names, importedAt }: EnvLeftovers, now: Date): Notice[] {
  const week = leftoverWeek(importedAt, now);
  if (week === null) return [];
  const at = importedAt.toISOString();
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const body = { names: `${names.slice(0, MOST_NAMES).join(', ')}${more}`, imported_at: at };
  const period = `${at} ${principal}/week-${week}`;
  return [{ credentialId: null, kind: 'env_leftovers', period, recipient: principal, body }];
}

function ofOwn({ part, endsAt }: OwnExpiry, now: Date): Notice[] {
  const step = ownStep(endsAt, now);
  if (step === null) return [];
  const at = endsAt.toISOString();
  const body = { part, ends_at: at, days_left: step.daysLeft, severity: step.severity };
  const period = `${at} ${part}/${step.step}`;
  return [{ credentialId: null, kind: 'broker_ending', period, recipient: 'admins', body }];
}
