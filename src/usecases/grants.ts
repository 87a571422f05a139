import type { GrantsBody } from '../api/credentials.js';
import type { Call } from '../domain/caller.js';
import { invalid } from '../domain/errors.js';
import { type Grant, levelAtLeast } from '../domain/grant.js';
import { quotedName } from '../domain/quotable.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { type Authorized, authorize } from './authorize.js';
import { breakGlassNotices, brokenGlass, principalsOf, requireReason } from './breakGlass.js';
import { withConsent } from './consent.js';
import { checkGrants } from './grantRules.js';
import { offerNotices } from './offerNotices.js';
import { lostRace } from './writeVersion.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit'>;

/** Who else may do what with a credential. */
export async function listGrants(ports: Needs, call: Call, id: string): Promise<Grant[]> {
  await authorize(ports, call, id, 'see', 'credential.see');
  return ports.records.grants(id);
}

/** Replaces all grants of a credential. What one may give to whom: `grantRules.ts`. */
export async function replaceGrants(
  ports: Needs,
  call: Call,
  id: string,
  body: GrantsBody,
): Promise<Grant[]> {
  const granted = await authorize(ports, call, id, 'share', 'grant.change');
  const grants = body.grants.map(toGrant);
  refuseDoubles(grants);
  const before = await ports.records.grants(id);
  const added = grants.filter((g) => !before.some((b) => same(b, g)));
  await checkGrants(ports, call, added, 'grants');
  const breakGlass = await gainsByRole(ports, call, granted, added);
  const given = await withConsent(ports, call, grants);
  const isNew = (g: Grant) => !before.some((b) => b.subjectKind === g.subjectKind && b.subject === g.subject);
  const offered = await offerNotices(ports, call, granted.credential, given.filter(isNew));
  const now = ports.clock.now();
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

function toGrant(input: GrantsBody['grants'][number]): Grant {
  const prefix = input.subject_kind === 'service_account' && !input.subject.startsWith('sa:') ? 'sa:' : '';
  return {
    subjectKind: input.subject_kind,
    subject: `${prefix}${input.subject}`,
    level: input.level,
    expiresAt: input.expires_at ? new Date(input.expires_at) : null,
  };
}

function same(a: Grant, b: Grant): boolean {
  return (
    a.subjectKind === b.subjectKind &&
    a.subject === b.subject &&
    a.level === b.level &&
    a.expiresAt?.getTime() === b.expiresAt?.getTime()
  );
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

/** An admin who opens somebody else's values to himself or an account he made has to say why. */
async function gainsByRole(
  ports: Needs,
  call: Call,
  granted: Authorized,
  added: readonly Grant[],
): Promise<boolean> {
  if (call.caller.role !== 'admin' || granted.isOwner || levelAtLeast(granted.level, 'read')) return false;
  const readers = added.filter((g) => levelAtLeast(g.level, 'read'));
  if (readers.length === 0) return false;
  const own = await principalsOf(ports, call);
  const teams = (await ports.records.teams())
    .filter((team) => team.members.some((m) => own.includes(m.principal)))
    .map((team) => team.name);
  const gains = readers.some(
    (g) => g.subjectKind === 'role' || (g.subjectKind === 'team' ? teams : own).includes(g.subject),
  );
  if (gains) {
    const what = 'This grant would open the value to yourself or to an account of yours.';
    await requireReason(ports, call, { action: 'grant.change', what, credentialId: granted.credential.id });
  }
  return gains;
}
