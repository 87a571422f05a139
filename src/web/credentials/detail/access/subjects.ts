import { useQuery } from '@tanstack/react-query';
import { ROLES, type Role } from '../../../../domain/access/caller.js';
import type { Grant, PersonList, ServiceAccountList, TeamList } from '../../../client/contract.js';
import { listPeople, listServiceAccounts, listTeams } from '../../../client/people.js';
import { useSession } from '../../../session/SessionGate.js';
import { nameOf } from '../../principals.js';

export type SubjectKind = Grant['subject_kind'];

export const KIND_WORDS: Readonly<Record<SubjectKind, string>> = {
  user: 'Person',
  team: 'Team',
  role: 'Role',
  service_account: 'Service account',
};

export interface Subjects {
  teams: TeamList['items'];
  accounts: ServiceAccountList['items'];
  /** Empty for those who may not list people. */
  people: PersonList['items'];
}

const NONE: Subjects = { teams: [], accounts: [], people: [] };

/** Everybody whom the user can name without typing. */
export function useSubjects(): Subjects {
  const { role } = useSession();
  const { data } = useQuery({
    queryKey: ['subjects', role],
    queryFn: async ({ signal }) => {
      const [teams, accounts, people] = await Promise.all([
        listTeams({ signal }),
        listServiceAccounts({ signal }),
        role === 'admin' ? listPeople({ signal }) : { items: [] },
      ]);
      const live = accounts.items.filter(({ revoked_at }) => revoked_at === null);
      return { teams: teams.items, accounts: live, people: people.items };
    },
  });
  return data ?? NONE;
}

/** The role of a principal as far as the user sees it. */
export const roleIn =
  ({ people, accounts }: Subjects, me: { principal: string; role: Role }) =>
  (principal: string): Role | undefined =>
    principal === me.principal
      ? me.role
      : (people.find((person) => person.principal === principal)?.role ??
        accounts.find(({ id }) => `sa:${id}` === principal)?.role);

/** What is offered while somebody is typed. */
export function suggestions(kind: SubjectKind, { teams, accounts, people }: Subjects): string[] {
  if (kind === 'team') return teams.map(({ name }) => name);
  if (kind === 'role') return [...ROLES];
  if (kind === 'service_account') return [...new Set(accounts.map(({ name }) => name))];
  const members = teams.flatMap((team) => team.members.map(({ principal }) => principal));
  const all = [...people.map(({ principal }) => principal), ...members];
  return [...new Set(all.filter((principal) => !principal.startsWith('sa:')).map(nameOf))].sort();
}

/** What was typed as the API takes it: a bare name is a person who signs in here, or the service account of that name. */
export function subjectIn(kind: SubjectKind, text: string, { accounts }: Subjects): string {
  const word = text.trim();
  if (kind === 'user') return word.includes(':') ? word : `local:${word}`;
  if (kind !== 'service_account' || word.startsWith('sa:')) return word;
  return `sa:${accounts.find(({ name }) => name === word)?.id ?? word}`;
}

/** A principal as people say it; a service account by its name where the user sees it. */
export const accountName = (principal: string, { accounts }: Subjects): string =>
  accounts.find(({ id }) => `sa:${id}` === principal)?.name ?? nameOf(principal);
