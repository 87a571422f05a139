import type { CallContext } from '../../domain/access/caller.js';
import { type Grant, levelAtLeast } from '../../domain/access/grant.js';
import { invalid } from '../../domain/errors.js';
import { quotedName } from '../../domain/secrecy/quotable.js';
import type { Ports } from '../../ports/ports.js';
import { checkGrants } from '../sharing/grantRules.js';
import { replaceGrants } from '../sharing/grants.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * Who gets `read` on all that is imported: `team:red`, `service_account:<id or name>` or a principal. Each is checked
 * here, so that a preview already refuses a wrong one.
 */
export async function importGrants(
  ports: Needs,
  call: CallContext,
  words: readonly string[],
): Promise<Grant[]> {
  const grants: Grant[] = [];
  for (const word of new Set(words)) {
    const subject = await subjectOf(ports, word);
    if (grants.some((g) => g.subjectKind === subject.subjectKind && g.subject === subject.subject)) continue;
    grants.push({ ...subject, level: 'read', expiresAt: null });
  }
  await checkGrants(ports, call, grants, 'grant_to');
  return grants;
}

async function subjectOf(ports: Needs, word: string): Promise<Pick<Grant, 'subjectKind' | 'subject'>> {
  if (word.startsWith('team:')) return { subjectKind: 'team', subject: word.slice(5) };
  const account = /^(?:service_account|sa):(.+)$/.exec(word)?.[1];
  if (account !== undefined) {
    return { subjectKind: 'service_account', subject: `sa:${await accountId(ports, account)}` };
  }
  if (word.includes(':')) return { subjectKind: 'user', subject: word };
  throw invalid({
    field: 'grant_to',
    rule: `must be team:<name>, service_account:<id or name> or a principal such as local:anna, not ${quotedName(word)}`,
  });
}

/** Names are unique among the accounts that are not revoked. An unknown one stays as it is, for the check to name it. */
async function accountId(ports: Needs, word: string): Promise<string> {
  if (UUID.test(word)) return word;
  const accounts = await ports.records.serviceAccounts();
  return accounts.find((a) => a.name === word && a.revokedAt === null)?.id ?? word;
}

/** Adds what is missing to the grants of a credential that was imported before. False when nothing was. */
export async function addMissingGrants(
  ports: Needs,
  call: CallContext,
  id: string,
  wanted: readonly Grant[],
): Promise<boolean> {
  const { grants, missing } = await grantsAfter(ports, id, wanted);
  if (!missing) return false;
  await replaceGrants(ports, call, id, grants);
  return true;
}

/** Whether a grantee would gain access, and all grants as they would be then. No existing level is lowered. */
export async function grantsAfter(
  ports: Needs,
  id: string,
  wanted: readonly Grant[],
): Promise<{ grants: Grant[]; missing: boolean }> {
  if (wanted.length === 0) return { grants: [], missing: false };
  const before = await ports.records.grants(id);
  const isThere = (w: Grant) =>
    before.some((b) => sameSubject(b, w) && levelAtLeast(b.level, w.level) && b.expiresAt === null);
  const lacking = wanted.filter((w) => !isThere(w));
  const raised = lacking.map((w) => {
    const held = before.find((b) => sameSubject(b, w));
    return held !== undefined && levelAtLeast(held.level, w.level) ? { ...held, expiresAt: null } : w;
  });
  const kept = before.filter((b) => !lacking.some((w) => sameSubject(b, w)));
  return { grants: [...kept, ...raised], missing: lacking.length > 0 };
}

const sameSubject = (a: Grant, b: Grant) => a.subjectKind === b.subjectKind && a.subject === b.subject;
