import type { MadeBy, Person, ServiceAccount, Team } from '../../ports/people.js';

export function presentPerson(p: Person): Record<string, unknown> {
  return {
    principal: p.principal,
    username: p.username,
    email: p.email,
    role: p.role,
    disabled: p.disabled,
    must_change_password: p.mustChangePassword,
    created_at: p.createdAt,
    last_login_at: p.lastLoginAt,
  };
}

export function presentMade({ accounts, channels, reportSchedules }: MadeBy): Record<string, unknown> {
  return { service_accounts: accounts, channels, report_schedules: reportSchedules };
}

export function presentTeam(t: Team): Record<string, unknown> {
  return {
    name: t.name,
    description: t.description,
    created_at: t.createdAt,
    created_by: t.createdBy,
    members: t.members.map(({ principal, lead }) => ({ principal, lead })),
  };
}

export function presentServiceAccount(a: ServiceAccount): Record<string, unknown> {
  return {
    id: a.id,
    name: a.name,
    description: a.description,
    role: a.role,
    created_at: a.createdAt,
    created_by: a.createdBy,
    expires_at: a.expiresAt,
    revoked_at: a.revokedAt,
    last_used_at: a.lastUsedAt,
    disabled: a.disabled,
  };
}
