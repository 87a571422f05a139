import { sign } from 'node:crypto';
import type { FieldValues } from '../../domain/credentials/fields.js';
import type { OutboundAnswer, Probe } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import {
  clocksDiffer,
  headerSafe,
  isObject,
  jsonObject,
  maybeJson,
  needed,
  notThisService,
  setting,
} from '../common/probing.js';
import { bestEffort, unproven } from '../common/proof.js';
import { type Voice, verdict } from '../common/voice.js';
import { type KeyFile, keyFile, TOKEN_URI } from './googleKeyFile.js';

const NAME = 'Google Cloud';
const ALL = 'https://www.googleapis.com/auth/cloud-platform';

export const PROJECT_ID = /^[a-z][a-z0-9:.-]{4,62}$/;

/** Trades a signed assertion for a token, which is thrown away. */
export async function testGoogleCloud(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const file = keyFile(needed(values, 'service_account_json'));
  const token = await tokenFor(file, setting(values, 'scopes') ?? ALL, probe);
  const project = projectOf(setting(values, 'project_id') ?? file.project);
  const headers = { authorization: `Bearer ${token}` };
  const url = new URL(`https://cloudresourcemanager.googleapis.com/v1/projects/${project}`);
  const seen = await bestEffort(() => probe.send({ method: 'GET', url, headers }));
  const owner = await bestEffort(() => isOwner(url, probe, headers));
  const expiresAt = await bestEffort(() => endOfKey(file, probe, headers));
  return {
    code: 'ok',
    advice: `${NAME} accepts the key of ${file.email}.`,
    identity: file.email,
    warnings: [...projectWarnings(seen), ...ownerWarnings(owner === true)],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** RFC 7523: RS256 over issuer, audience and time. */
function assertionOf({ email, keyId, key }: KeyFile, scope: string, now: Date): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const at = Math.floor(now.getTime() / 1000);
  const head = part({ alg: 'RS256', typ: 'JWT', kid: keyId });
  const body = part({ iss: email, scope, aud: TOKEN_URI, iat: at, exp: at + 600 });
  const signature = sign('RSA-SHA256', Buffer.from(`${head}.${body}`), key).toString('base64url');
  return `${head}.${body}.${signature}`;
}

async function tokenFor(file: KeyFile, scope: string, probe: Probe): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertionOf(file, scope, probe.now()),
  });
  const answer = await probe.send({
    method: 'POST',
    url: new URL(TOKEN_URI),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const wrong = verdict(answer, voiceAt(probe.now()));
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const token = jsonObject(answer, NAME)['access_token'];
  if (typeof token !== 'string') throw notThisService(NAME);
  return headerSafe(token, 'access token of Google');
}

/** Errors of OAuth 2: a word, and a text for people. */
const voiceAt = (now: Date): Voice => ({
  service: NAME,
  says: (answer) => {
    const { error, error_description: text } = maybeJson(answer) ?? {};
    if (typeof error !== 'string' || typeof text !== 'string') return undefined;
    if (answer.status === 429 || answer.status >= 500) return 'own';
    return meaningOf(error, serviceText(text, 300), clocksDiffer(answer, now));
  },
});

function meaningOf(error: string, text: string, clocks: boolean): TestVerdict {
  if (/short-lived token|reasonable timeframe/i.test(text) || (error === 'invalid_grant' && clocks))
    return {
      code: 'clock_skew',
      advice: 'The clocks of the broker and Google differ; synchronize the broker’s clock with NTP.',
    };
  if (error === 'unauthorized_client')
    return {
      code: 'insufficient_permission',
      advice: 'The account may not request these scopes; correct scopes.',
    };
  if (error === 'disabled_client')
    return {
      code: 'invalid_credential',
      advice: 'The service account is disabled; enable it under IAM & Admin.',
    };
  // `invalid_client`, `invalid_scope` and the like speak of the request, not of the key.
  if (error !== 'invalid_grant' && error !== 'deleted_client')
    return {
      code: 'misconfigured',
      advice: 'Google does not understand the request; check scopes, and paste the complete key file again.',
    };
  return {
    code: 'invalid_credential',
    advice:
      'Google rejects this key: it was deleted or disabled, or its account no longer exists; add a new key.',
  };
}

function projectOf(id: string): string {
  if (PROJECT_ID.test(id)) return id;
  throw ended('misconfigured', 'project_id does not exist; copy it again from the console.');
}

/** No right to see the project and an API that is switched off are both 403, and neither says the key is bad. */
function projectWarnings(answer: OutboundAnswer | undefined): TestWarning[] {
  if (answer?.status === 200) return [];
  if (answer?.status === 403 && answer.body.includes('SERVICE_DISABLED')) {
    const text =
      'The Resource Manager API is disabled in the project, so its roles could not be read; enable it.';
    return [{ code: 'partly_unproven', text }];
  }
  if (answer?.status !== 403 && answer?.status !== 404) return [unproven('the project')];
  const text =
    'The key works, but has no access to this project: give the account a role there, or correct project_id.';
  return [{ code: 'no_acl', text }];
}

/** Only owners may change who may what; asking for one's own rights needs none and changes nothing. */
async function isOwner(project: URL, probe: Probe, headers: Record<string, string>): Promise<boolean> {
  const asked = 'resourcemanager.projects.setIamPolicy';
  const answer = await probe.send({
    method: 'POST',
    url: new URL(`${project.href}:testIamPermissions`),
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ permissions: [asked] }),
  });
  if (answer.status !== 200) return false;
  const { permissions } = jsonObject(answer, NAME);
  return Array.isArray(permissions) && permissions.includes(asked);
}

function ownerWarnings(owner: boolean): TestWarning[] {
  if (!owner) return [];
  const text =
    'It can grant roles to anyone in the project, like roles/owner; roles for the resources that it uses are enough.';
  return [{ code: 'over_privileged', text }];
}

/** Shown to accounts that may list their keys. Null: it never expires. */
async function endOfKey(
  { email, project, keyId }: KeyFile,
  probe: Probe,
  headers: Record<string, string>,
): Promise<Date | null | undefined> {
  const path = `/v1/projects/${encodeURIComponent(project)}/serviceAccounts/${encodeURIComponent(email)}/keys`;
  const url = new URL(`https://iam.googleapis.com${path}?keyTypes=USER_MANAGED`);
  const answer = await probe.send({ method: 'GET', url, headers });
  if (answer.status !== 200) return undefined;
  const { keys } = jsonObject(answer, NAME);
  const own = (Array.isArray(keys) ? keys : [])
    .filter(isObject)
    .find((key) => String(key['name']).endsWith(`/${keyId}`));
  const end = new Date(String(own?.['validBeforeTime']));
  if (Number.isNaN(end.getTime())) return undefined;
  return end.getUTCFullYear() >= 9999 ? null : end;
}
