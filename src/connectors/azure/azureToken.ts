import { constants, createHash, randomUUID, sign, X509Certificate } from 'node:crypto';
import type { FieldValues } from '../../domain/credentials/fields.js';
import type { Probe } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict } from '../../domain/testing/testResult.js';
import { isCertificate, privateKey } from '../common/certificate.js';
import {
  headerSafe,
  jsonObject,
  maybeJson,
  needed,
  notThisService,
  optional,
  setting,
} from '../common/probing.js';
import { type Voice, verdict } from '../common/voice.js';
import { GUID } from '../fieldRules.js';

const NAME = 'Azure';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A verified domain in place of the tenant's ID. */
export const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** IDs become parts of addresses. */
export function idOf(values: FieldValues, field: string): string {
  const id = needed(values, field).trim();
  if (GUID.test(id) || (field === 'tenant_id' && DOMAIN.test(id))) return id;
  const form = field === 'tenant_id' ? 'a GUID or a verified domain' : 'a GUID';
  throw ended('misconfigured', `${field} must be ${form}; copy it again from the portal.`);
}

/** An access token of the application for `audience`, by its secret, or by its certificate where it has no secret. */
export async function tokenFor(
  values: FieldValues,
  probe: Probe,
  login: string,
  audience: string,
): Promise<string> {
  const url = new URL(`/${idOf(values, 'tenant_id')}/oauth2/v2.0/token`, login);
  const secret = optional(values, 'client_secret');
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: idOf(values, 'client_id'),
    scope: `${audience}/.default`,
    ...(secret === undefined
      ? { client_assertion_type: ASSERTION, client_assertion: assertionFor(values, url, probe.now()) }
      : { client_secret: secret.trim() }),
  });
  const answer = await probe.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const token = jsonObject(answer, NAME)['access_token'];
  if (typeof token !== 'string') throw notThisService(NAME);
  return headerSafe(token, 'access token of Azure');
}

/** `private_key_jwt` as Entra ID wants it: PS256, and the certificate named by its SHA-256. */
function assertionFor(values: FieldValues, audience: URL, now: Date): string {
  const pem = setting(values, 'client_cert_pem') ?? '';
  const key = privateKey(optional(values, 'client_key_pem') ?? '', optional(values, 'client_key_passphrase'));
  if (!isCertificate(pem) || key?.asymmetricKeyType !== 'rsa')
    throw ended(
      'misconfigured',
      'The credential has neither client_secret nor a client_cert_pem with its RSA key; add one of them.',
    );
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const at = Math.floor(now.getTime() / 1000);
  const client = idOf(values, 'client_id');
  const thumbprint = createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
  const head = part({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint });
  const times = { iat: at, nbf: at, exp: at + 600 };
  const body = part({ aud: audience.href, iss: client, sub: client, jti: randomUUID(), ...times });
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key, ...padding });
  return `${head}.${body}.${signature.toString('base64url')}`;
}

/** Codes of Entra ID as they stand at the head of `error_description`. */
const AADSTS: Readonly<Record<string, TestVerdict>> = {
  '7000215': {
    code: 'invalid_credential',
    advice: 'The client secret is wrong; store its Value, not its Secret ID, or create a new one.',
  },
  '7000222': {
    code: 'expired',
    advice: 'The client secret has expired; add a new one under Certificates & secrets.',
  },
  '7000112': {
    code: 'invalid_credential',
    advice: 'The application is disabled in its tenant; enable it in Entra ID.',
  },
  '700016': {
    code: 'invalid_credential',
    advice: 'The tenant does not have this application; check client_id and tenant_id.',
  },
  '700024': {
    code: 'clock_skew',
    advice:
      'The clocks of the broker and Entra ID are minutes apart; synchronize the broker’s clock with NTP.',
  },
  '700027': {
    code: 'invalid_credential',
    advice:
      'Entra ID does not have this certificate; upload it under Certificates & secrets, or store the matching key.',
  },
  '90002': { code: 'invalid_credential', advice: 'The tenant does not exist; check tenant_id and cloud.' },
  '53003': {
    code: 'insufficient_permission',
    advice: 'Conditional access blocks this application; allow the broker’s address in its policy.',
  },
};

/** A number that we don't know may mean anything, so it says nothing against the secret. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const { error, error_description: description } = maybeJson(answer) ?? {};
    const number = /^AADSTS(\d{1,9})/.exec(serviceText(description, 400))?.[1];
    if (typeof error !== 'string' || number === undefined) return undefined;
    if (answer.status === 429 || answer.status >= 500) return 'own';
    if (error === 'temporarily_unavailable')
      return { code: 'service_error', advice: 'Entra ID is busy at the moment; test again.' };
    return (
      AADSTS[number] ?? {
        code: 'misconfigured',
        advice: `Entra ID rejects the request (AADSTS${number}); look up this code, then correct the fields.`,
      }
    );
  },
};
