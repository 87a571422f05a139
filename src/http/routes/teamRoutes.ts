import * as answers from '../../api/answers.js';
import * as bodies from '../../api/people.js';
import { addTeamMember, removeTeamMember, setTeamMembers } from '../../usecases/people/teamMembers.js';
import { createTeam, deleteTeam, listTeams } from '../../usecases/people/teams.js';
import { presentTeam } from '../present/presentPeople.js';
import { json, parse, type Route } from '../route.js';

/** Teams and who is in them. */
export const teamRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/teams',
    summary: 'Teams',
    answer: answers.teamList,
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, { items: (await listTeams(ports, call)).map(presentTeam) }),
  },
  {
    method: 'post',
    path: '/api/teams',
    summary: 'New team',
    answer: answers.teamAnswer,
    auth: 'token',
    body: bodies.createTeamBody,
    status: 201,
    handle: async ({ ports, call, request, response }) =>
      json(
        response,
        presentTeam(await createTeam(ports, call, parse(bodies.createTeamBody, request.body))),
        201,
      ),
  },
  {
    method: 'put',
    path: '/api/teams/{name}/members',
    summary: 'Replace the members',
    answer: answers.teamAnswer,
    auth: 'token',
    body: bodies.teamMembersBody,
    handle: async ({ ports, call, param, request, response }) => {
      json(
        response,
        presentTeam(
          await setTeamMembers(
            ports,
            call,
            param('name'),
            parse(bodies.teamMembersBody, request.body).members,
          ),
        ),
      );
    },
  },
  {
    method: 'post',
    path: '/api/teams/{name}/members',
    summary: 'Add a member, or change whether they lead the team',
    answer: answers.teamAnswer,
    auth: 'token',
    body: bodies.teamMemberBody,
    handle: async ({ ports, call, param, request, response }) => {
      const body = parse(bodies.teamMemberBody, request.body);
      json(response, presentTeam(await addTeamMember(ports, call, param('name'), body)));
    },
  },
  {
    method: 'delete',
    path: '/api/teams/{name}/members/{principal}',
    summary: 'Remove one member',
    answer: answers.teamAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, presentTeam(await removeTeamMember(ports, call, param('name'), param('principal')))),
  },
  {
    method: 'delete',
    path: '/api/teams/{name}',
    summary: 'Remove a team, every grant to it and its channels',
    auth: 'token',
    status: 204,
    handle: async ({ ports, call, param, response }) => {
      await deleteTeam(ports, call, param('name'));
      response.status(204).end();
    },
  },
];
