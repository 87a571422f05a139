import * as answers from '../../api/answers.js';
import * as bodies from '../../api/people.js';
import { Secret } from '../../domain/secret.js';
import { requireActiveCaller } from '../../usecases/gate/authorize.js';
import { exchangeClientSecret, exchangeRefreshToken } from '../../usecases/people/exchangeToken.js';
import { changePassword, login, logout } from '../../usecases/people/login.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { json, type OldContext, parse, type Route, secretJson } from '../route.js';
import { asInvalidGrant, tokenRequest } from '../tokenRequest.js';

const from = ({ call }: OldContext) => ({ ip: call.ip, requestId: call.requestId });
const sessionOf = (token: string | undefined) => /^gdr_([0-9a-f-]{36})_/.exec(token ?? '')?.[1];

/** Logging in, tokens, passwords. */
export const authRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/auth/login',
    summary: 'Log in with name and password',
    answer: answers.loginAnswer,
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
    answer: answers.tokenAnswer,
    auth: 'none',
    body: bodies.tokenBody,
    handle: async (context) => {
      const body = tokenRequest(context.request);
      const { client_id = '', client_secret = '', refresh_token = '' } = body;
      const token =
        body.grant_type === 'client_credentials'
          ? await exchangeClientSecret(context.ports, client_id, new Secret(client_secret), from(context))
          : await exchangeRefreshToken(
              context.ports,
              sessionOf(refresh_token) ?? '',
              new Secret(refresh_token),
              from(context),
            ).catch(asInvalidGrant);
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
    answer: answers.meAnswer,
    auth: 'password',
    handle: async ({ ports, call, response }) => {
      await requireActiveCaller(ports, call);
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
