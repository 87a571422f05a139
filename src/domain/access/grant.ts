import { type Caller, roleAtLeast } from './caller.js';

/** What a grant lets its holder do; each level has what the ones before it have. */
export const GRANT_LEVELS = ['use', 'read', 'manage'] as const;
export type GrantLevel = (typeof GRANT_LEVELS)[number];

/** `role` with subject `engineer` means every user from that role up. */
export const SUBJECT_KINDS = ['user', 'team', 'role', 'service_account'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export interface Grant {
  subjectKind: SubjectKind;
  /** A principal for users and service accounts, a team's name, or a role. */
  subject: string;
  level: GrantLevel;
  expiresAt: Date | null;
}

/** What a caller may want of one credential. `see` is its metadata; `read` reveals values. */
export const VERBS = ['see', 'use', 'read', 'edit', 'rotate', 'share', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

/** The relation of a caller to one credential, from the authorization statement. */
export interface Standing {
  isOwner: boolean;
  /** The highest unexpired grant that reaches the caller directly, by team or by role. */
  level: GrantLevel | null;
}

/**
 * `hidden`: the caller must not learn that it exists. `reason_required`: an admin may, with a reason (break-glass).
 */
export type Decision = 'allowed' | 'hidden' | 'denied' | 'reason_required';

const NEEDED: Readonly<Record<Exclude<Verb, 'see'>, GrantLevel>> = {
  use: 'use',
  read: 'read',
  edit: 'manage',
  rotate: 'manage',
  share: 'manage',
  delete: 'manage',
};

/** True when `level` is at least `needed`. */
export function levelAtLeast(level: GrantLevel | null, needed: GrantLevel): boolean {
  return level !== null && GRANT_LEVELS.indexOf(level) >= GRANT_LEVELS.indexOf(needed);
}

/**
 * The one rule of who may do what with one credential. The role caps what a person does, the grant says on what:
 * an observer never gets values, and an admin's role alone shows metadata and manages, but reveals nothing.
 */
export function decide(caller: Pick<Caller, 'role'>, standing: Standing, verb: Verb): Decision {
  const admin = caller.role === 'admin';
  if (!standing.isOwner && standing.level === null && !admin) return 'hidden';
  if (verb === 'see') return 'allowed';
  if (!roleAtLeast(caller.role, 'engineer')) return 'denied';
  if (standing.isOwner || levelAtLeast(standing.level, NEEDED[verb])) return 'allowed';
  if (admin) return verb === 'read' ? 'reason_required' : 'allowed';
  return 'denied';
}

/** True when the caller could read the value by ownership or grant, not only as an admin by role. */
export function readsByRight(caller: Pick<Caller, 'role'>, standing: Standing): boolean {
  return decide(caller, standing, 'read') === 'allowed';
}
