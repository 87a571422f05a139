/** One place of the API that stores or shows a text in clear: the call, and its body or headers with that text. */
export interface ClearText {
  what: string;
  call: string;
  body?: (text: string) => unknown;
  headers?: (text: string) => Record<string, string>;
  /** Only an admin may. */
  admin?: true;
}

const NEW = {
  service_type: 'proxmox',
  fields: { host: 'pve.lab', token_name: 'glassdome', token_value: 'x1' },
};
const field = (name: string) => (text: string) => ({ name: 'n', ...NEW, [name]: text });
const setting = (type: string, name: string, fields: object) => (text: string) => ({
  name: 'n',
  service_type: type,
  fields: { ...fields, [name]: text },
  ...(type === 'other' ? { secret_fields: ['key'] } : {}),
});

/** All of them. `{id}` is a credential of the caller. */
export const CLEAR_TEXTS: readonly ClearText[] = [
  { what: 'name', call: 'POST /api/credentials', body: field('name') },
  { what: 'description', call: 'POST /api/credentials', body: field('description') },
  {
    what: 'label',
    call: 'POST /api/credentials',
    body: (text) => ({ name: 'n', ...NEW, labels: { a: text } }),
  },
  {
    what: 'team',
    call: 'POST /api/credentials',
    body: (text) => ({ name: 'n', ...NEW, accessible_by: [text] }),
  },
  {
    what: 'variable',
    call: 'POST /api/credentials',
    body: (text) => ({ name: 'n', ...NEW, env_names: { [text]: 'host' } }),
  },
  {
    what: 'label key',
    call: 'POST /api/credentials',
    body: (text) => ({ name: 'n', ...NEW, labels: { [text]: 'a' } }),
  },
  {
    what: 'field name',
    call: 'POST /api/credentials',
    body: (text) => ({ name: 'n', service_type: 'other', fields: { [text]: 'a' } }),
  },
  { what: 'new name', call: 'PATCH /api/credentials/{id}', body: (name) => ({ name }) },
  {
    what: 'new description',
    call: 'PATCH /api/credentials/{id}',
    body: (description) => ({ description: `two\n${description}` }),
  },
  {
    what: 'reason of a change',
    call: 'PATCH /api/credentials/{id}',
    body: (reason) => ({ fields: { token_value: 'x2' }, reason }),
  },
  {
    what: 'reason of a rotation',
    call: 'POST /api/credentials/{id}/rotate',
    body: (reason) => ({ fields: { token_value: 'x3' }, reason }),
  },
  {
    what: 'setting',
    call: 'PATCH /api/credentials/{id}',
    body: (text) => ({ fields: { default_node: text } }),
  },
  {
    what: 'address of Prometheus',
    call: 'POST /api/credentials',
    body: setting('prometheus', 'base_url', { auth_method: 'none' }),
  },
  {
    what: 'address of Grafana',
    call: 'POST /api/credentials',
    body: setting('grafana', 'base_url', { token: 'glsa_x' }),
  },
  {
    what: 'model of OpenAI',
    call: 'POST /api/credentials',
    body: setting('openai', 'model', { api_key: 'sk-x' }),
  },
  { what: 'setting of other', call: 'POST /api/credentials', body: setting('other', 'server', { key: 'x' }) },
  {
    what: 'headers of other',
    call: 'POST /api/credentials',
    body: setting('other', 'test_headers', { key: 'x' }),
  },
  {
    what: 'setting of a test',
    call: 'POST /api/credentials/test',
    body: (text) => ({ service_type: 'other', fields: { key: 'x', server: text }, secret_fields: ['key'] }),
  },
  {
    what: 'subject of a grant',
    call: 'PUT /api/credentials/{id}/grants',
    body: (subject) => ({ grants: [{ subject_kind: 'user', subject, level: 'read' }] }),
  },
  {
    what: 'purpose of a use',
    call: 'POST /api/credentials/{id}/usage',
    body: (purpose) => ({ success: true, used_by: 'x', purpose }),
  },
  {
    what: 'user of a use',
    call: 'POST /api/credentials/{id}/usage',
    body: (used_by) => ({ success: true, used_by }),
  },
  {
    what: 'purpose of resolving',
    call: 'POST /api/credentials/resolve',
    body: (purpose) => ({ items: [{ name: 'x' }], purpose }),
  },
  { what: 'X-Used-By', call: 'GET /api/environment', headers: (text) => ({ 'x-used-by': text }) },
  {
    what: 'reason of a broken glass',
    call: 'GET /api/credentials/{id}/secret',
    headers: (text) => ({ 'x-break-glass-reason': text }),
    admin: true,
  },
  {
    what: 'service account',
    call: 'POST /api/service-accounts',
    body: (description) => ({ name: 'canary-account', description }),
  },
  {
    what: 'team description',
    call: 'POST /api/teams',
    body: (description) => ({ name: 'canary-team', description }),
    admin: true,
  },
  {
    what: 'member',
    call: 'POST /api/teams',
    body: (principal) => ({ name: 'canary-team', members: [{ principal }] }),
    admin: true,
  },
  {
    what: 'channel',
    call: 'POST /api/notifications/channels',
    body: (name) => ({ name, kind: 'mail', to: ['a@lab.example'] }),
    admin: true,
  },
  {
    what: 'labels of a channel',
    call: 'POST /api/notifications/channels',
    body: (text) => ({ name: 'c', kind: 'mail', to: ['a@lab.example'], labels: { a: text } }),
    admin: true,
  },
  {
    what: 'report',
    call: 'POST /api/reports/schedules',
    body: (name) => ({ name, expression: '0 8 * * 1' }),
    admin: true,
  },
  {
    what: 'receiver of an import',
    call: 'POST /api/imports/env',
    body: (text) => ({ content: 'A=1', grant_to: [text] }),
  },
];

/** Secrets as people put them there; each with a canary in it, and of one line. */
export const asTyped = (canary: string): string[] => [
  `https://${canary}@git.lab/x`,
  `postgres://app:${canary}/w@db.lab/x`,
  `see https://wiki.lab/?token=${canary}`,
  `Server=db.lab;Database=x;Password=${canary}`,
  `Authorization: Bearer ${canary}`,
  `sk-ant-api03-${canary}`,
  `password=${canary}`,
  `-----BEGIN PRIVATE KEY-----${canary}`,
];
