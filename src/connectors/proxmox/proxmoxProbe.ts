import type { FieldValues } from '../../domain/credentials/fields.js';
import { headerOf, type OutboundAnswer, type Probe, type TlsChoice } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import {
  baseUrl,
  headerSafe,
  inner,
  isObject,
  jsonObject,
  maybeJson,
  needed,
  notAllowed,
  notThisService,
  setting,
} from '../common/probing.js';
import { bestEffort, unproven } from '../common/proof.js';
import { isOpen } from '../common/stranger.js';
import { tlsOf } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';
import { GUID } from '../fieldRules.js';

const NAME = 'Proxmox VE';

/** One Proxmox host during one test: address, TLS and what signs each request. */
interface Host {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

const get = ({ probe, url, tls, headers }: Host, path: string): Promise<OutboundAnswer> =>
  probe.send({ method: 'GET', url: new URL(`api2/json/${path}`, url), headers, tls });

/** Signs in, reads version, rights and the token's end. Changes nothing there. */
export async function testProxmox(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = baseUrl(needed(values, 'host'), { port: setting(values, 'port') ?? '8006' });
  const bare: Host = { probe, url, tls: tlsOf(values), headers: {} };
  const byPassword = setting(values, 'auth_method') === 'password';
  // Some hosts wait three seconds with each refusal, so no second question asks with a made-up token.
  const isAnswer = (answer: OutboundAnswer) => versionIn(answer) !== '';
  if (await isOpen({ voice: VOICE, url, bare: () => get(bare, 'version'), isAnswer })) return OPEN;
  const host = { ...bare, headers: byPassword ? await ticket(bare, values) : tokenHeader(values) };
  const answer = await get(host, 'version');
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) return byPassword ? wrong : withForm(wrong, values);
  const version = versionIn(answer);
  if (version === '') throw notThisService(NAME);
  const rights = await bestEffort(() => permissionsOf(host));
  const expiresAt = byPassword ? undefined : await bestEffort(() => endOfToken(host, values));
  const warnings = [...rightsWarnings(rights, byPassword)];
  const identity = byPassword ? userOf(values) : tokenOf(values);
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} ${version} as ${identity}.`,
    identity,
    version,
    permissions: Object.entries(rights ?? {}).flatMap(([path, names]) =>
      names.map((name) => `${path} ${name}`),
    ),
    warnings,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

const userOf = (values: FieldValues) => serviceText(needed(values, 'user'), 64);
const tokenOf = (values: FieldValues) => `${userOf(values)}!${serviceText(needed(values, 'token_name'), 64)}`;

function tokenHeader(values: FieldValues): Record<string, string> {
  const [user, name, secret] = ['user', 'token_name', 'token_value'].map((field) => needed(values, field));
  const id = `${user}!${name}`;
  if (!/^[^\s:/!]+@[A-Za-z][A-Za-z0-9.\-_]*![A-Za-z][A-Za-z0-9.\-_]*$/.test(id))
    throw ended(
      'misconfigured',
      'user must be name@realm, and token_name the name after the "!"; correct them.',
    );
  return { authorization: `PVEAPIToken=${id}=${headerSafe(secret ?? '', 'token secret')}` };
}

/** Logs in with a password. The ticket expires after two hours; Proxmox has no call that ends it. */
async function ticket({ probe, url, tls }: Host, values: FieldValues): Promise<Record<string, string>> {
  const form = new URLSearchParams({ username: userOf(values), password: needed(values, 'password') });
  const answer = await probe.send({
    method: 'POST',
    url: new URL('api2/json/access/ticket', url),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    tls,
  });
  const wrong = verdict(answer, VOICE);
  if (wrong?.code === 'invalid_credential')
    throw ended(wrong.code, `${NAME} rejects this user or password; check both, and the realm after "@".`);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const data = inner(jsonObject(answer, NAME), 'data');
  if (data['NeedTFA'] === 1 || data['NeedTFA'] === true)
    throw ended(
      'mfa_required',
      'This user requires a second factor, which the broker can’t provide; use an API token.',
    );
  const value = data['ticket'];
  if (typeof value !== 'string' || !/^PVE:[!-:<-~]+$/.test(value)) throw notThisService(NAME);
  return { cookie: `PVEAuthCookie=${encodeURIComponent(value)}` };
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The host answers without a login, so the test proves nothing; if a proxy in front logs everyone in, use the address behind it.',
};

const versionIn = (answer: OutboundAnswer) => serviceText(inner(maybeJson(answer), 'data')['version'], 40);

/**
 * Proxmox puts what is wrong into the reason phrase, in other words before and after pve-manager 9.1.5. Proxies may drop
 * it, but keep the server's name or its empty answer.
 */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const { status, statusText } = answer;
    if (status < 400) return undefined;
    if (/access expired/i.test(statusText)) return EXPIRED;
    if (/permission check failed|not available with API token/i.test(statusText)) return notAllowed(NAME);
    return PHRASE.test(statusText) || isOwn(answer) ? meaningOf(status) : undefined;
  },
};

const PHRASE =
  /^(authentication fail(ed|ure)|invalid (token value|pve ticket|ticket|user)|no (such (token|user)|ticket)|user .*(disabled|not found))/i;

function isOwn(answer: OutboundAnswer): boolean {
  const body = maybeJson(answer);
  const empty = body !== undefined && body['data'] === null && Object.keys(body).length <= 2;
  return empty || /^pve-api-daemon/i.test(headerOf(answer, 'server'));
}

const meaningOf = (status: number): TestVerdict | 'own' => (status === 401 ? REFUSED : 'own');

const EXPIRED: TestVerdict = {
  code: 'expired',
  advice: 'The token has expired; extend it in Proxmox or create a new token.',
};
const REFUSED: TestVerdict = {
  code: 'invalid_credential',
  advice: `${NAME} rejects this token; check user, realm, token name and secret, or create a new token.`,
};

/** Proxmox gives out UUIDs only, so that a secret of another form was cut or belongs to something else. */
function withForm(wrong: TestVerdict, values: FieldValues): TestVerdict {
  if (wrong.code !== 'invalid_credential' || GUID.test(needed(values, 'token_value'))) return wrong;
  const advice = `${NAME} rejects this token, and its secret is not a UUID like those of Proxmox; copy it again or create a new token.`;
  return { ...wrong, advice };
}

/** Undefined: not shown. Empty: there are none. */
async function permissionsOf(host: Host): Promise<Record<string, string[]> | undefined> {
  const answer = await get(host, 'access/permissions');
  if (answer.status !== 200) return undefined;
  const { data } = jsonObject(answer, NAME);
  if (!isObject(data)) return undefined;
  const paths = Object.entries(data).slice(0, 50);
  return Object.fromEntries(
    paths.map(([path, names]) => [
      serviceText(path, 60),
      Object.keys(isObject(names) ? names : {})
        .slice(0, 100)
        .map((name) => serviceText(name, 40)),
    ]),
  );
}

function rightsWarnings(rights: Record<string, string[]> | undefined, byPassword: boolean): TestWarning[] {
  if (rights === undefined) return [unproven('its permissions')];
  const all = Object.values(rights).flat();
  if (all.length === 0) {
    const text = byPassword
      ? 'The user can log in but has no permissions: give it a role under Datacenter → Permissions.'
      : 'The token can log in but sees nothing: with privilege separation it needs separate permissions under Datacenter → Permissions.';
    return [{ code: 'no_acl', text }];
  }
  const atTop = rights['/'] ?? [];
  if (!atTop.includes('Permissions.Modify') && !atTop.includes('Sys.Modify')) return [];
  const text =
    'It can change permissions or the whole cluster; a role for the pools that Glassdome uses is enough.';
  return [{ code: 'over_privileged', text }];
}

/** Null: it never ends. Undefined: the token may not look at itself. */
async function endOfToken(host: Host, values: FieldValues): Promise<Date | null | undefined> {
  const [user, name] = [needed(values, 'user'), needed(values, 'token_name')].map(encodeURIComponent);
  const answer = await get(host, `access/users/${user}/token/${name}`);
  if (answer.status !== 200) return undefined;
  const expire = inner(jsonObject(answer, NAME), 'data')['expire'];
  if (typeof expire !== 'number' || expire < 0 || expire > 1e11) return undefined;
  return expire === 0 ? null : new Date(expire * 1000);
}
