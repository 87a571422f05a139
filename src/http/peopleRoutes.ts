import { pageQuery } from '../api/credentials.js';
import * as bodies from '../api/people.js';
import { invalid } from '../domain/errors.js';
import { Secret } from '../domain/secret.js';
import { listAudit, verifyAudit } from '../usecases/audit.js';
import { exchangeClientSecret, exchangeRefreshToken } from '../usecases/exchangeToken.js';
import { changePassword, login, logout } from '../usecases/login.js';
import {
  createServiceAccount,
  listServiceAccounts,
  revokeServiceAccount,
} from '../usecases/serviceAccounts.js';
import { createTeam, listTeams, setTeamMembers } from '../usecases/teams.js';
import { createUser, listUsers, resetPassword, updateUser } from '../usecases/users.js';
import { pageOf } from './credentialRoutes.js';
import { presentAudit, presentPerson, presentServiceAccount } from './presenters.js';
import { presentSecretOnce } from './presentSecretOnce.js';
import { type Context, json, parse, type Route, secretJson } from './route.js';

const from = ({ call }: Context) => ({ ip: call.ip, requestId: call.requestId });
const sessionOf = (token: string | undefined) => /^gdr_([0-9a-f-]{36})_/.exec(token ?? '')?.[1];

const signIn: Route[] = [
  {
    method: 'post',
    path: '/api/auth/login',
    summary: 'Log in with name and password',
    auth: 'none',
    body: bodies.loginBody,
    handle: async (context) => {
      const body = parse(bodies.loginBody, context.request.body);
      const done = await login(
        context.ports,
        { username: body.username, password: new Secret(body.password) },
        from(context),
      );
      secretJson(context.response, {
        access_token: done.accessToken,
        token_type: 'Bearer',
        expires_in: done.expiresIn,
        refresh_token: presentSecretOnce(done.refreshToken),
        must_change_password: done.mustChangePassword,
      });
    },
  },
  {
    method: 'post',
    path: '/api/auth/token',
    summary: 'Token for a service account, or renewal of a login (RFC 6749)',
    auth: 'none',
    body: bodies.tokenBody,
    handle: async (context) => {
      const body = parse(bodies.tokenBody, context.request.body);
      const token =
        body.grant_type === 'client_credentials'
          ? await exchangeClientSecret(
              context.ports,
              body.client_id ?? '',
              new Secret(body.client_secret ?? ''),
              from(context),
            )
          : await exchangeRefreshToken(
              context.ports,
              sessionOf(body.refresh_token) ?? '',
              new Secret(body.refresh_token ?? ''),
              from(context),
            );
      secretJson(context.response, {
        access_token: token.accessToken,
        token_type: 'Bearer',
        expires_in: token.expiresIn,
      });
    },
  },
  {
    method: 'post',
    path: '/api/auth/logout',
    summary: 'End this login',
    auth: 'password',
    body: bodies.logoutBody,
    status: 204,
    handle: async ({ ports, call, request, response }) => {
      await logout(ports, call, sessionOf(parse(bodies.logoutBody, request.body).refresh_token));
      response.status(204).end();
    },
  },
  {
    method: 'get',
    path: '/api/auth/me',
    summary: 'Who you are here',
    auth: 'password',
    handle: async ({ call, response }) => {
      const { principal, name, kind, role, mustChangePassword } = call.caller;
      json(response, { principal, name, kind, role, must_change_password: mustChangePassword });
    },
  },
  {
    method: 'post',
    path: '/api/auth/password',
    summary: 'Change your password',
    auth: 'password',
    body: bodies.passwordBody,
    status: 204,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(bodies.passwordBody, request.body);
      await changePassword(ports, call, {
        currentPassword: new Secret(body.current_password),
        newPassword: new Secret(body.new_password),
      });
      response.status(204).end();
    },
  },
];

const accounts: Route[] = [
  {
    method: 'get',
    path: '/api/users',
    summary: 'People who log in here',
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, { items: (await listUsers(ports, call)).map(presentPerson) }),
  },
  {
    method: 'post',
    path: '/api/users',
    summary: 'Add a person; answers a one-time password',
    auth: 'token',
    body: bodies.createUserBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const { person, password } = await createUser(ports, call, parse(bodies.createUserBody, request.body));
      secretJson(response, { ...presentPerson(person), one_time_password: presentSecretOnce(password) }, 201);
    },
  },
  {
    method: 'patch',
    path: '/api/users/{username}',
    summary: 'Role, disabled',
    auth: 'token',
    body: bodies.updateUserBody,
    handle: async ({ ports, call, param, request, response }) => {
      const { role, disabled } = parse(bodies.updateUserBody, request.body);
      const patch = {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
      };
      json(response, presentPerson(await updateUser(ports, call, param('username'), patch)));
    },
  },
  {
    method: 'post',
    path: '/api/users/{username}/reset-password',
    summary: 'New one-time password',
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      secretJson(response, {
        one_time_password: presentSecretOnce(await resetPassword(ports, call, param('username'))),
      }),
  },
  {
    method: 'get',
    path: '/api/service-accounts',
    summary: 'Service accounts',
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, { items: (await listServiceAccounts(ports, call)).map(presentServiceAccount) }),
  },
  {
    method: 'post',
    path: '/api/service-accounts',
    summary: 'New service account; its secret is shown once',
    auth: 'token',
    body: bodies.createServiceAccountBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const { expires_at, ...body } = parse(bodies.createServiceAccountBody, request.body);
      const { account, secret } = await createServiceAccount(ports, call, {
        ...body,
        expiresAt: expires_at ? new Date(expires_at) : null,
      });
      secretJson(
        response,
        {
          ...presentServiceAccount(account),
          client_id: account.id,
          client_secret: presentSecretOnce(secret),
        },
        201,
      );
    },
  },
  {
    method: 'delete',
    path: '/api/service-accounts/{id}',
    summary: 'Revoke at once',
    auth: 'token',
    status: 204,
    handle: async ({ ports, call, param, response }) => {
      await revokeServiceAccount(ports, call, param('id'));
      response.status(204).end();
    },
  },
  {
    method: 'get',
    path: '/api/teams',
    summary: 'Teams',
    auth: 'token',
    handle: async ({ ports, call, response }) => json(response, { items: await listTeams(ports, call) }),
  },
  {
    method: 'post',
    path: '/api/teams',
    summary: 'New team',
    auth: 'token',
    body: bodies.createTeamBody,
    status: 201,
    handle: async ({ ports, call, request, response }) =>
      json(response, await createTeam(ports, call, parse(bodies.createTeamBody, request.body)), 201),
  },
  {
    method: 'put',
    path: '/api/teams/{name}/members',
    summary: 'Replace the members',
    auth: 'token',
    body: bodies.teamMembersBody,
    handle: async ({ ports, call, param, request, response }) => {
      json(
        response,
        await setTeamMembers(ports, call, param('name'), parse(bodies.teamMembersBody, request.body).members),
      );
    },
  },
];

const trail: Route[] = [
  {
    method: 'get',
    path: '/api/audit',
    summary: 'The audit trail, newest first',
    auth: 'token',
    query: pageQuery,
    handle: async ({ ports, call, request, response }) => {
      const { credential_id, actor, action, outcome, ...rest } = request.query as Record<string, unknown>;
      const filter = Object.entries({ credentialId: credential_id, actor, action, outcome }).filter(
        ([, v]) => v !== undefined,
      );
      if (filter.some(([, v]) => typeof v !== 'string'))
        throw invalid({ field: 'query', rule: 'must not name a filter twice' });
      const page = await listAudit(ports, call, Object.fromEntries(filter), pageOf(pageQuery, rest));
      json(response, { items: page.items.map(presentAudit), next_cursor: page.nextCursor ?? null });
    },
  },
  {
    method: 'get',
    path: '/api/audit/verify',
    summary: 'Recompute and check every chain',
    auth: 'token',
    handle: async ({ ports, call, response }) => json(response, await verifyAudit(ports, call)),
  },
];

export const peopleRoutes: readonly Route[] = [...signIn, ...accounts, ...trail];
