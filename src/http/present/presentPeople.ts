import type { z } from 'zod';
import type {
  madeAnswer,
  personAnswer,
  serviceAccountAnswer,
  sessionAnswer,
  sessionList,
  teamAnswer,
} from '../../api/peopleAnswers.js';
import type { Caller } from '../../domain/access/caller.js';
import { aliasOf } from '../../domain/people/issuer.js';
import type { MadeBy, Person, ServiceAccount, Session, Team } from '../../ports/people.js';
import { iso, isoOrNull } from './moments.js';

export function presentPerson(p: Person): z.output<typeof personAnswer> {
  return {
    principal: p.principal,
    username: p.username,
    name: p.name ?? p.username,
    issuer: aliasOf(p.principal),
    email: p.email,
    role: p.role,
    disabled: p.disabled,
    must_change_password: p.mustChangePassword,
    created_at: iso(p.createdAt),
    last_login_at: isoOrNull(p.lastLoginAt),
  };
}

export function presentSession(caller: Caller, session: Session): z.output<typeof sessionAnswer> {
  return {
    id: session.id,
    principal: caller.principal,
    name: caller.name,
    role: caller.role,
    must_change_password: caller.mustChangePassword,
    expires_at: iso(session.expiresAt),
  };
}

export function presentSessions(caller: Caller, sessions: Session[]): z.output<typeof sessionList> {
  const items = sessions.map((session) => ({
    id: session.id,
    created_at: iso(session.createdAt),
    last_used_at: isoOrNull(session.lastUsedAt),
    expires_at: iso(session.expiresAt),
    client: session.client,
    current: session.id === caller.session,
  }));
  return { items };
}

export function presentMade({ accounts, channels, reportSchedules }: MadeBy): z.output<typeof madeAnswer> {
  return { service_accounts: accounts, channels, report_schedules: reportSchedules };
}

export function presentTeam(t: Team): z.output<typeof teamAnswer> {
  return {
    name: t.name,
    description: t.description,
    created_at: iso(t.createdAt),
    created_by: t.createdBy,
    members: t.members.map(({ principal, lead }) => ({ principal, lead })),
  };
}

export function presentServiceAccount(a: ServiceAccount): z.output<typeof serviceAccountAnswer> {
  return {
    id: a.id,
    name: a.name,
    description: a.description,
    role: a.role,
    created_at: iso(a.createdAt),
    created_by: a.createdBy,
    expires_at: isoOrNull(a.expiresAt),
    revoked_at: isoOrNull(a.revokedAt),
    last_used_at: isoOrNull(a.lastUsedAt),
    disabled: a.disabled,
  };
}
