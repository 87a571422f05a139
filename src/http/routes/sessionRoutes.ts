import { sessionParams } from '../../api/paths.js';
import { cliCodeBody, loginBody } from '../../api/people.js';
import * as answers from '../../api/peopleAnswers.js';
import { Secret } from '../../domain/secret.js';
import { createCliCode } from '../../usecases/people/cliCodes.js';
import { login, logout } from '../../usecases/people/login.js';
import { currentSession, endOwnSession, listSessions } from '../../usecases/people/sessions.js';
import { type AnswerHeader, client } from '../headers.js';
import { presentSession, presentSessions } from '../present/presentPeople.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { Reply } from '../reply.js';
import { type Route, route } from '../route.js';

const shared = { tag: 'Login', headers: { client } } as const;

const cookieHeader: AnswerHeader = {
  name: 'Set-Cookie',
  description:
    'The cookie of the login: `__Host-glassdome_session` on HTTPS, `glassdome_session` without. HttpOnly, SameSite=Strict.',
  example: '__Host-glassdome_session=gdr_…; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict',
};
/** Not "cookies": that would also remove those of other programs on the same domain. */
const clearHeader: AnswerHeader = {
  name: 'Clear-Site-Data',
  description: 'The browser forgets what it keeps of the page.',
  example: '"cache", "storage"',
};

/** Logging in with a browser, and one's logins. */
export const sessionRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'post',
    path: '/api/auth/session',
    id: 'beginSession',
    summary: 'Log in to the page with name and password; sets a cookie',
    description: 'For the pages of this broker only: send `X-Client: web` from the same origin.',
    auth: 'none',
    errors: ['unauthenticated', 'forbidden'],
    answersSecret: true,
    answerHeaders: [cookieHeader],
    body: loginBody,
    answer: answers.sessionAnswer,
    handle: async ({ ports, call, body, site }) => {
      const here = site();
      here.requireOwnPage();
      const from = { ip: call.ip, requestId: call.requestId };
      const done = await login(ports, { ...body, password: new Secret(body.password) }, from, 'web');
      const { session, caller } = done;
      const seconds = Math.floor((session.expiresAt.getTime() - session.createdAt.getTime()) / 1000);
      const cookie = here.keepSession(presentSecretOnce(done.refreshToken), seconds);
      return new Reply(presentSession(caller, session), { [cookieHeader.name]: cookie });
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/auth/session',
    id: 'getSession',
    summary: 'Show the login of this browser',
    auth: 'password',
    endsCookie: true,
    answersSecret: true,
    errors: ['not_found'],
    answer: answers.sessionAnswer,
    handle: async ({ ports, call }) => presentSession(call.caller, await currentSession(ports, call)),
  }),
  route({
    ...shared,
    method: 'delete',
    path: '/api/auth/session',
    id: 'endSession',
    summary: 'Log out of the page; removes the cookie',
    auth: 'password',
    endsCookie: true,
    answerHeaders: [cookieHeader, clearHeader],
    handle: async ({ ports, call, site }) => {
      await logout(ports, call, undefined);
      const cookie = site().endSession();
      return new Reply(undefined, { [cookieHeader.name]: cookie, [clearHeader.name]: clearHeader.example });
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/auth/sessions',
    id: 'listSessions',
    summary: 'List your logins that have not ended',
    auth: 'token',
    answer: answers.sessionList,
    handle: async ({ ports, call }) => presentSessions(call.caller, await listSessions(ports, call)),
  }),
  route({
    ...shared,
    method: 'delete',
    path: '/api/auth/sessions/{id}',
    id: 'endOneSession',
    summary: 'End one of your logins, with its tokens',
    auth: 'token',
    params: sessionParams,
    handle: ({ ports, call, params }) => endOwnSession(ports, call, params.id),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/auth/cli-codes',
    id: 'createCliCode',
    summary: 'Let a command line on your machine log in as you',
    description:
      'For the page that `glassdome login --web` opens. The command line trades the code at `POST /api/auth/token`.',
    auth: 'token',
    errors: ['forbidden'],
    answersSecret: true,
    body: cliCodeBody,
    answer: answers.cliCodeAnswer,
    handle: async ({ ports, call, body, site }) => {
      const { isByCookie } = site();
      const wanted = { challenge: body.code_challenge, port: body.redirect_port, isByCookie };
      const { code, expiresIn } = await createCliCode(ports, call, wanted);
      return { code: presentSecretOnce(code), expires_in: expiresIn };
    },
  }),
];
