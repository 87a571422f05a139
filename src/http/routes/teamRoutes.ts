import { memberParams, teamParams } from '../../api/paths.js';
import * as bodies from '../../api/people.js';
import * as answers from '../../api/peopleAnswers.js';
import { addTeamMember, removeTeamMember, setTeamMembers } from '../../usecases/people/teamMembers.js';
import { createTeam, deleteTeam, listTeams } from '../../usecases/people/teams.js';
import { breakGlassReason } from '../headers.js';
import { presentTeam } from '../present/presentPeople.js';
import { type Route, route } from '../route.js';

const shared = { tag: 'People', auth: 'token' } as const;
/** A change of members: by it an admin could give themselves access, so it takes a reason. */
const members = {
  ...shared,
  path: '/api/teams/{name}/members',
  params: teamParams,
  headers: { breakGlassReason },
  errors: ['reason_required'],
  answer: answers.teamAnswer,
} as const;

/** Teams and who is in them. */
export const teamRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: '/api/teams',
    id: 'listTeams',
    summary: 'List teams',
    answer: answers.teamList,
    handle: async ({ ports, call }) => ({ items: (await listTeams(ports, call)).map(presentTeam) }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/teams',
    id: 'createTeam',
    summary: 'Create a team',
    status: 201,
    errors: ['name_taken'],
    body: bodies.createTeamBody,
    answer: answers.teamAnswer,
    handle: async ({ ports, call, body }) => presentTeam(await createTeam(ports, call, body)),
  }),
  route({
    ...members,
    method: 'put',
    id: 'setTeamMembers',
    summary: 'Replace the members of a team',
    body: bodies.teamMembersBody,
    handle: async ({ ports, call, params, body }) =>
      presentTeam(await setTeamMembers(ports, call, params.name, body.members)),
  }),
  route({
    ...members,
    method: 'post',
    id: 'addTeamMember',
    summary: 'Add a member, or change whether they lead the team',
    body: bodies.teamMemberBody,
    handle: async ({ ports, call, params, body }) =>
      presentTeam(await addTeamMember(ports, call, params.name, body)),
  }),
  route({
    ...shared,
    method: 'delete',
    path: '/api/teams/{name}/members/{principal}',
    id: 'removeTeamMember',
    summary: 'Remove a member from a team',
    params: memberParams,
    answer: answers.teamAnswer,
    handle: async ({ ports, call, params }) =>
      presentTeam(await removeTeamMember(ports, call, params.name, params.principal)),
  }),
  route({
    ...shared,
    method: 'delete',
    path: '/api/teams/{name}',
    id: 'deleteTeam',
    summary: 'Delete a team, every grant to it and its channels',
    errors: ['conflict'],
    params: teamParams,
    handle: ({ ports, call, params }) => deleteTeam(ports, call, params.name),
  }),
];
