import type {
  DisabledList,
  NewPerson,
  NewServiceAccount,
  OneTimePassword,
  Person,
  PersonList,
  Role,
  ServiceAccountList,
  Team,
  TeamList,
} from './contract.js';
import { reasonHeader } from './reason.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;
const word = encodeURIComponent;

export const listTeams = (options: Signal = {}) => request<TeamList>('GET', '/api/teams', options);
export const createTeam = (name: string, description: string) =>
  request<Team>('POST', '/api/teams', { body: { name, description } });
export const deleteTeam = (name: string) => request<void>('DELETE', `/api/teams/${word(name)}`);
export const addMember = (team: string, principal: string, lead: boolean, reason: string) =>
  request<Team>('POST', `/api/teams/${word(team)}/members`, {
    body: { principal, lead },
    headers: reasonHeader(reason || undefined),
  });
export const removeMember = (team: string, principal: string) =>
  request<Team>('DELETE', `/api/teams/${word(team)}/members/${word(principal)}`);

export const listPeople = (options: Signal = {}) => request<PersonList>('GET', '/api/users', options);
export const createPerson = (body: { username: string; role: Role; email: string | null }) =>
  request<NewPerson>('POST', '/api/users', { body });
export const updatePerson = (
  username: string,
  body: { role?: Role; email?: string | null; disabled?: boolean; keep_service_accounts?: boolean },
) => request<Person>('PATCH', `/api/users/${word(username)}`, { body });
export const resetPassword = (username: string, reason: string) =>
  request<OneTimePassword>('POST', `/api/users/${word(username)}/reset-password`, {
    headers: reasonHeader(reason || undefined),
  });

export const listServiceAccounts = (options: Signal = {}) =>
  request<ServiceAccountList>('GET', '/api/service-accounts', options);
export const createServiceAccount = (body: {
  name: string;
  description: string;
  role: 'observer' | 'engineer';
  expires_at: string | null;
}) => request<NewServiceAccount>('POST', '/api/service-accounts', { body });
export const resetServiceAccount = (id: string, reason: string) =>
  request<NewServiceAccount>('POST', `/api/service-accounts/${id}/reset-secret`, {
    headers: reasonHeader(reason || undefined),
  });
export const revokeServiceAccount = (id: string) => request<void>('DELETE', `/api/service-accounts/${id}`);

export const listBlocked = (options: Signal = {}) =>
  request<DisabledList>('GET', '/api/principals/disabled', options);
export const setBlocked = (principal: string, disabled: boolean) =>
  request<unknown>('PATCH', `/api/principals/${word(principal)}`, { body: { disabled } });
