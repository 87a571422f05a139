/**
 * Who may do what, as the product promises it: read it aloud before changing it, and never copy into it what the code
 * happens to do. A route without a row fails the suite `rights`.
 */
export const ROLES = ['observer', 'engineer', 'architect', 'admin', 'service_account'] as const;
export type Role = (typeof ROLES)[number];

/**
 * How somebody stands to one credential: no relation; a grant to himself of the three levels; its owner; in a team that
 * was granted `read`; or only that `read` was granted to the role engineer (and so to users from there up).
 */
export const RELATIONS = ['none', 'use', 'read', 'manage', 'owner', 'team', 'role'] as const;
export type Relation = (typeof RELATIONS)[number];

/** The answers, `ok` being the route's own status of success. */
type Answers<Column extends string> = Record<Column, string>;

function rows<Column extends string>(
  columns: readonly Column[],
  text: string,
): Record<Role, Answers<Column>> {
  const lines = text.trim().split('\n').slice(1);
  const entries = lines.map((line) => {
    const [role = '', ...cells] = line.trim().split(/\s+/);
    return [role, Object.fromEntries(columns.map((column, n) => [column, cells[n] ?? '']))];
  });
  return Object.fromEntries(entries) as Record<Role, Answers<Column>>;
}

/** What one may not see is not there (404); what one sees but may not do is refused (403). */
export const OF_A_CREDENTIAL = {
  // Metadata. An observer sees what is shared with him; a grant to a role reaches no service account.
  see: rows(
    RELATIONS,
    `                none  use  read  manage  owner  team  role
    observer         404   ok   ok    ok      ok     ok    404
    engineer         404   ok   ok    ok      ok     ok    ok
    architect        404   ok   ok    ok      ok     ok    ok
    admin            ok    ok   ok    ok      ok     ok    ok
    service_account  404   ok   ok    ok      ok     ok    404`,
  ),
  // Work with it without seeing values. Never an observer, whatever he was granted.
  use: rows(
    RELATIONS,
    `                none  use  read  manage  owner  team  role
    observer         404   403  403   403     403    403   404
    engineer         404   ok   ok    ok      ok     ok    ok
    architect        404   ok   ok    ok      ok     ok    ok
    admin            ok    ok   ok    ok      ok     ok    ok
    service_account  404   ok   ok    ok      ok     ok    404`,
  ),
  // Values. An admin gets those that are not his only with a reason.
  read: rows(
    RELATIONS,
    `                none  use  read  manage  owner  team  role
    observer         404   403  403   403     403    403   404
    engineer         404   403  ok    ok      ok     ok    ok
    architect        404   403  ok    ok      ok     ok    ok
    admin            403   403  ok    ok      ok     ok    ok
    service_account  404   403  ok    ok      ok     ok    404`,
  ),
  // Edit, rotate, share, delete.
  manage: rows(
    RELATIONS,
    `                none  use  read  manage  owner  team  role
    observer         404   403  403   403     403    403   404
    engineer         404   403  403   ok      ok     403   403
    architect        404   403  403   ok      ok     403   403
    admin            ok    ok   ok    ok      ok     ok    ok
    service_account  404   403  403   ok      ok     403   404`,
  ),
} as const;

/** One item of `resolve`, and whether a variable is in `environment`: values, but an admin's role opens none. */
export const RESOLVED = rows(
  RELATIONS,
  `                none       use        read       manage     owner      team       role
  observer         not_found  forbidden  forbidden  forbidden  forbidden  forbidden  not_found
  engineer         not_found  forbidden  ok         ok         ok         ok         ok
  architect        not_found  forbidden  ok         ok         ok         ok         ok
  admin            not_found  forbidden  ok         ok         ok         ok         ok
  service_account  not_found  forbidden  ok         ok         ok         ok         not_found`,
);

/**
 * Whether `environment` holds the variable: `offer` is once the receiver accepted it. A grant to a person is one always, to
 * a service account where neither its keeper nor an admin gave it.
 */
export const FILLS = rows(
  RELATIONS,
  `                none  use  read   manage  owner  team  role
  observer         no    no   no     no      no     no    no
  engineer         no    no   offer  offer   yes    yes   yes
  architect        no    no   offer  offer   yes    yes   yes
  admin            no    no   offer  offer   yes    yes   yes
  service_account  no    no   yes    yes     yes    yes   no`,
);

/** An offer to somebody else, or to a service account: who accepts and declines it. */
export const ANSWERS_AN_OFFER = rows(
  ['to_another', 'to_own_account', 'to_anothers_account'],
  `                to_another  to_own_account  to_anothers_account
  observer         404         404             404
  engineer         404         200             404
  architect        404         200             404
  admin            404         200             200
  service_account  404         404             404`,
);

export const IN_A_TEAM = ['outside', 'member', 'lead'] as const;
export const OF_A_TEAM = rows(
  IN_A_TEAM,
  `                outside  member  lead
  observer         404      403     403
  engineer         404      403     403
  architect        403      403     ok
  admin            ok       ok      ok
  service_account  404      403     403`,
);

/** A service account that somebody else made. */
export const OF_ANOTHERS_ACCOUNT = rows(
  ['answer'],
  `                answer
  observer         404
  engineer         404
  architect        404
  admin            ok
  service_account  404`,
);

interface CredentialRoute {
  of: keyof typeof OF_A_CREDENTIAL;
  ok: number;
  body?: object;
  /** In which state the credential must be; active if not said. */
  deleted?: true;
}

/** In the order in which they are tried on one credential. `PUT …/grants` sends the grants that are there. */
export const CREDENTIAL_ROUTES: Record<string, CredentialRoute> = {
  'GET /api/credentials/{id}': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/versions': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/rotations': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/usage': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/usage/consumers': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/grants': { of: 'see', ok: 200 },
  'POST /api/credentials/{id}/usage': { of: 'use', ok: 204, body: { success: true } },
  // A free-form credential says nothing of how to test it: whoever may ask learns that.
  'POST /api/credentials/{id}/test': { of: 'use', ok: 409, body: {} },
  'GET /api/credentials/{id}/tests': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/health': { of: 'see', ok: 200 },
  'GET /api/credentials/{id}/secret': { of: 'read', ok: 200 },
  'PATCH /api/credentials/{id}': { of: 'manage', ok: 200, body: { description: 'patched' } },
  'PUT /api/credentials/{id}': { of: 'manage', ok: 200, body: { description: 'put' } },
  'POST /api/credentials/{id}/rotate': { of: 'manage', ok: 200, body: { fields: { value: 'rotated' } } },
  'POST /api/credentials/{id}/versions/{n}/activate': { of: 'manage', ok: 200, body: {} },
  'PUT /api/credentials/{id}/grants': { of: 'manage', ok: 200, body: {} },
  'DELETE /api/credentials/{id}': { of: 'manage', ok: 200 },
  'POST /api/credentials/{id}/restore': { of: 'manage', ok: 200, deleted: true },
  'POST /api/credentials/{id}/destroy': { of: 'manage', ok: 202, deleted: true },
};

/** Answers by role alone: observer, engineer, architect, admin, service_account. */
export const ROLE_ROUTES: Record<string, { answers: string; body?: object; path?: string }> = {
  'POST /api/credentials': {
    answers: '403 201 201 201 201',
    body: { name: 'made by its role', service_type: 'other', fields: { value: 'v' } },
  },
  'POST /api/credentials/test': {
    answers: '403 200 200 200 200',
    body: { service_type: 'other', fields: { value: 'v' } },
  },
  // A closed port of loopback: what was found is the answer, not an error.
  'POST /api/tls/fetch': { answers: '403 200 200 200 200', body: { host: '127.0.0.1', port: 1 } },
  'GET /api/credentials/templates': { answers: '200 200 200 200 200' },
  'GET /api/credentials/templates/{service_type}': {
    answers: '200 200 200 200 200',
    path: '/api/credentials/templates/proxmox',
  },
  // An observer can do none of the acts. Each item is decided for itself: test/integration/jobs/bulk.test.ts.
  'POST /api/bulk': {
    answers: '403 202 202 202 202',
    body: { act: 'test', ids: ['00000000-0000-4000-8000-000000000000'] },
  },
  'POST /api/bulk/count': { answers: '403 200 200 200 200', body: { filter: {} } },
  // Everybody their own.
  'GET /api/bulk/{id}': { answers: '404 404 404 404 404' },
  'POST /api/bulk/{id}/cancel': { answers: '404 404 404 404 404' },
  'POST /api/bulk/{id}/retry': { answers: '404 404 404 404 404' },
  'POST /api/imports/env': { answers: '403 200 200 200 200', body: { content: 'A=b' } },
  // An admin gets as far as Vault, which does not know the token.
  'POST /api/imports/vault': { answers: '403 403 403 400 403', body: { vault_token: 'hvs.nobody' } },
  'GET /api/auth/me': { answers: '200 200 200 200 200' },
  // A service account has no login.
  'GET /api/auth/session': { answers: '200 200 200 200 404' },
  'GET /api/auth/sessions': { answers: '200 200 200 200 200' },
  // With a token; people in a browser may: test/integration/cli/webLogin.test.ts.
  'POST /api/auth/cli-codes': {
    answers: '403 403 403 403 403',
    body: { code_challenge: 'x'.repeat(43), redirect_port: 50_000 },
  },
  'DELETE /api/auth/sessions/{id}': { answers: '404 404 404 404 404' },
  // A login that is not theirs stays; a service account has none.
  'POST /api/auth/logout': {
    answers: '204 204 204 204 204',
    body: { refresh_token: 'gdr_00000000-0000-4000-8000-000000000000_x' },
  },
  'POST /api/auth/password': {
    answers: '400 400 400 400 403',
    body: { current_password: 'wrong', new_password: 'long-enough-and-new' },
  },
  'GET /api/users': { answers: '403 403 403 200 403' },
  'POST /api/users': { answers: '403 403 403 201 403', body: { username: 'new-one', role: 'observer' } },
  'PATCH /api/users/{username}': {
    answers: '403 403 403 200 403',
    body: { role: 'observer' },
    path: '/api/users/target',
  },
  'GET /api/principals/disabled': { answers: '403 403 403 200 403' },
  'PATCH /api/principals/{principal}': {
    answers: '403 403 403 200 403',
    body: { disabled: false },
    path: '/api/principals/glassdome:4711',
  },
  'POST /api/users/{username}/reset-password': {
    answers: '403 403 403 200 403',
    path: '/api/users/target/reset-password',
  },
  'GET /api/service-accounts': { answers: '200 200 200 200 200' },
  'POST /api/service-accounts': { answers: '403 201 201 201 403' },
  'GET /api/teams': { answers: '200 200 200 200 200' },
  'POST /api/teams': { answers: '403 403 201 201 403' },
  'GET /api/audit': { answers: '200 200 200 200 200' },
  'GET /api/audit/verify': { answers: '403 403 403 200 403' },
  'POST /api/audit/checkpoints': { answers: '403 403 403 200 403' },
  'GET /api/audit/checkpoints': { answers: '403 403 403 200 403' },
  'GET /api/audit/rows': { answers: '403 403 403 200 403' },
  'GET /api/audit/key': { answers: '403 403 403 200 403' },
  'GET /api/reports': { answers: '200 200 200 200 200' },
  'POST /api/reports': { answers: '403 403 403 201 403', body: {} },
  'GET /api/reports/{id}': { answers: '404 404 404 404 404' },
  'GET /api/findings': { answers: '200 200 200 200 200' },
  // Whoever leads a team may for that team: test/integration/reports/reports.test.ts.
  'GET /api/reports/schedules': { answers: '200 200 200 200 200' },
  'POST /api/reports/schedules': {
    answers: '403 403 403 201 403',
    body: { name: 'weekly', expression: '0 6 * * 1' },
  },
  'GET /api/reports/schedules/{id}': { answers: '404 404 404 404 404' },
  'PATCH /api/reports/schedules/{id}': { answers: '404 404 404 404 404', body: { enabled: false } },
  'DELETE /api/reports/schedules/{id}': { answers: '404 404 404 404 404' },
  'GET /api/worker': { answers: '403 403 403 200 403' },
  'POST /api/worker/tasks/{task}/run': {
    answers: '403 403 403 202 403',
    path: '/api/worker/tasks/checkpoint/run',
  },
  'GET /api/notifications/channels': { answers: '403 403 403 200 403' },
  'POST /api/notifications/channels': {
    answers: '403 403 403 201 403',
    body: { name: 'on call', kind: 'webhook', url: 'https://hooks.example.org/x' },
  },
  // Everybody his own; a notice that is not his is not there.
  'GET /api/notifications': { answers: '200 200 200 200 200' },
  'POST /api/notifications/{id}/acknowledge': { answers: '404 404 404 404 404' },
  'POST /api/notifications/{id}/snooze': {
    answers: '404 404 404 404 404',
    body: { until: '2999-01-01T00:00:00Z' },
  },
  // Everybody those to them and to accounts that they made; a service account does not answer for itself.
  'GET /api/offers': { answers: '200 200 200 200 200' },
  'POST /api/offers/{id}/accept': { answers: '404 404 404 404 403', body: { variables: [] } },
  'POST /api/offers/{id}/decline': { answers: '404 404 404 404 403', body: {} },
  'GET /api/preferences': { answers: '200 200 200 200 200' },
  'PUT /api/preferences': {
    answers: '200 200 200 200 403',
    body: { variables: ['X'], credential_id: null },
  },
  // An admin learns that there is no such channel.
  'PATCH /api/notifications/channels/{id}': { answers: '403 403 403 404 403', body: { paused: true } },
  'GET /api/notifications/channels/{id}/deliveries': { answers: '403 403 403 404 403' },
  'DELETE /api/notifications/channels/{id}': { answers: '403 403 403 404 403' },
  'POST /api/notifications/channels/{id}/test': { answers: '403 403 403 404 403' },
  'POST /api/notifications/channels/{id}/retry': { answers: '403 403 403 404 403' },
};

/**
 * Whose calls count for nothing, whatever he was granted: each of these on every route that is not public. The last
 * column says whether the refusal can name somebody, and so stands in the audit trail.
 */
export const WITHOUT_STANDING = {
  'nobody, without a token': { answer: 401, audited: false },
  'a token that is none': { answer: 401, audited: false },
  'a token that is sent twice': { answer: 401, audited: false },
  'a token in the address': { answer: 401, audited: false },
  'a session cookie without the header of our page': { answer: 401, audited: false },
  'a session cookie that another site has sent': { answer: 401, audited: false },
  'a session cookie of nobody': { answer: 401, audited: false },
  'an expired token': { answer: 401, audited: false },
  'an expired token of another issuer': { answer: 401, audited: false },
  'a disabled person': { answer: 401, audited: true },
  'a disabled person of another issuer': { answer: 401, audited: true },
  'a disabled service account': { answer: 401, audited: true },
  'a revoked service account': { answer: 401, audited: true },
  'a person with a lower role than his token says': { answer: 401, audited: true },
  'a person who logged out': { answer: 401, audited: true },
} as const;

/** Routes that the tables above and tests of their own speak of. */
export const OTHER_ROUTES = {
  'POST /api/auth/login': 'public',
  'POST /api/auth/session': 'public',
  'GET /api/auth/oidc': 'public',
  'GET /api/auth/oidc/{alias}/start': 'public',
  'GET /api/auth/oidc/{alias}/callback': 'public',
  // Whoever calls it is logged out afterwards: test/integration/people/browserSessions.test.ts.
  'DELETE /api/auth/session': 'SESSIONS',
  'POST /api/auth/token': 'public',
  'GET /api/credentials': 'OF_A_CREDENTIAL.see',
  'GET /api/credentials/summary': 'test/integration/credentials/lists.test.ts',
  'POST /api/credentials/resolve': 'RESOLVED',
  'GET /api/environment': 'RESOLVED',
  'GET /api/events': 'OF_A_CREDENTIAL.see',
  'PUT /api/teams/{name}/members': 'OF_A_TEAM',
  'POST /api/teams/{name}/members': 'OF_A_TEAM',
  'DELETE /api/teams/{name}/members/{principal}': 'OF_A_TEAM',
  'DELETE /api/teams/{name}': 'OF_A_TEAM',
  'DELETE /api/service-accounts/{id}': 'OF_ANOTHERS_ACCOUNT',
  'POST /api/service-accounts/{id}/reset-secret': 'OF_ANOTHERS_ACCOUNT',
} as const;
