import type { CallContext } from '../../domain/access/caller.js';
import { type Grant, levelAtLeast } from '../../domain/access/grant.js';
import { invalid } from '../../domain/errors.js';
import { quotedName } from '../../domain/secrecy/quotable.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { type Authorized, authorize } from '../gate/authorize.js';
import { lostRace } from '../writing/writeVersion.js';
import { actsByRole, breakGlassNotices, brokenGlass, requireReason } from './breakGlass.js';
import { withConsent } from './consent.js';
import { checkGrants } from './grantRules.js';
import { offerNotices } from './offerNotices.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;

/** Who else may do what with a credential. */
export async function listGrants(ports: Needs, call: CallContext, id: string): Promise<Grant[]> {
  await authorize(ports, call, id, 'see', 'credential.see');
  return ports.records.grants(id);
}

/** Replaces all grants of a credential. Who may give what: `grantRules.ts`. */
export function replaceGrants(
  ports: Needs,
  call: CallContext,
  id: string,
  asked: readonly Grant[],
): Promise<Grant[]> {
  return changeGrants(ports, call, id, () => asked);
}

/** Adds one grant of a credential, or replaces the one that its subject has. */
export function addGrant(ports: Needs, call: CallContext, id: string, grant: Grant): Promise<Grant[]> {
  const added = withAccountPrefix(grant);
  return changeGrants(ports, call, id, (before) => [
    ...before.filter((held) => !sameSubject(held, added)),
    added,
  ]);
}

/** True when the subject of `grant` has at least as much, for at least as long. */
export function isGiven(grant: Grant, held: readonly Grant[], now: Date): boolean {
  return !widens(withAccountPrefix(grant), held, now);
}

/** `asked` says what becomes of the grants that are there. */
async function changeGrants(
  ports: Needs,
  call: CallContext,
  id: string,
  asked: (before: readonly Grant[]) => readonly Grant[],
): Promise<Grant[]> {
  const granted = await authorize(ports, call, id, 'share', 'grant.change');
  const before = await ports.records.grants(id);
  const grants = asked(before).map(withAccountPrefix);
  refuseDoubles(grants);
  const added = grants.filter((g) => !before.some((b) => same(b, g)));
  await checkGrants(ports, call, added, 'grants');
  const now = ports.clock.now();
  const widened = grants.filter((g) => widens(g, before, now));
  const breakGlass = await opensByRole(ports, call, granted, widened);
  const given = await withConsent(ports, call, grants);
  const isNew = (g: Grant) => !before.some((b) => sameSubject(b, g));
  const offered = await offerNotices(ports, call, granted.credential, given.filter(isNew));
  await ports.changes.run(async (tx) => {
    await tx.lock(id);
    // Who changes grants holds this lock; a list that was made from another state would undo the other's change.
    const since = await ports.records.grants(id);
    if (since.length !== before.length || !since.every((g) => before.some((b) => same(b, g))))
      throw lostRace();
    await tx.replaceGrants(id, given, call.caller.principal, now);
    await tx.notices(offered);
    const details = { grants: grants.map((g) => `${g.subjectKind}:${g.subject}=${g.level}`) };
    tx.audit(
      auditEvent(call, 'grant.change', 'allowed', {
        credentialId: id,
        details,
        ...brokenGlass(call, breakGlass),
      }),
    );
    if (breakGlass) await breakGlassNotices(tx, call, [granted.credential]);
  });
  return grants;
}

/** Service accounts may be named without the prefix of their principal. */
function withAccountPrefix(grant: Grant): Grant {
  const bare = grant.subjectKind === 'service_account' && !grant.subject.startsWith('sa:');
  return bare ? { ...grant, subject: `sa:${grant.subject}` } : grant;
}

const sameSubject = (a: Grant, b: Grant) => a.subjectKind === b.subjectKind && a.subject === b.subject;

function same(a: Grant, b: Grant): boolean {
  return sameSubject(a, b) && a.level === b.level && a.expiresAt?.getTime() === b.expiresAt?.getTime();
}

function refuseDoubles(grants: readonly Grant[]): void {
  const seen = new Set<string>();
  for (const [index, grant] of grants.entries()) {
    const key = `${grant.subjectKind}:${grant.subject}`;
    if (seen.has(key))
      throw invalid({ field: `grants.${index}`, rule: `names ${quotedName(key)} a second time` });
    seen.add(key);
  }
}

/** An admin who opens the values of another owner, to anybody, has to say why. */
async function opensByRole(
  ports: Needs,
  call: CallContext,
  granted: Authorized,
  widened: readonly Grant[],
): Promise<boolean> {
  if (!actsByRole(call, granted) || !widened.some((g) => levelAtLeast(g.level, 'read'))) return false;
  const what = 'You neither own nor manage this credential, and this grant opens its values.';
  await requireReason(ports, call, { action: 'grant.change', what, credentialId: granted.credential.id });
  return true;
}

/** True when `grant` gives its subject more than it has, or for longer. */
function widens(grant: Grant, before: readonly Grant[], now: Date): boolean {
  const held = before.find((b) => sameSubject(b, grant));
  if (held === undefined || !levelAtLeast(held.level, grant.level)) return true;
  if (held.expiresAt === null) return false;
  return held.expiresAt <= now || grant.expiresAt === null || grant.expiresAt > held.expiresAt;
}
