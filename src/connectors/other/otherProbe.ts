import type { FieldValues } from '../../domain/credentials/fields.js';
import { headerOf, type OutboundAnswer, type Probe, type TlsChoice } from '../../domain/testing/outbound.js';
import { ended, type TestVerdict } from '../../domain/testing/testResult.js';
import { baseUrl, headerSafe, optional, setting } from '../common/probing.js';
import { lockedByCertificate } from '../common/stranger.js';
import { tlsOf, withoutClientCertificate } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';

const NAME = 'the service';
const METHODS = ['GET', 'POST', 'HEAD'] as const;

/** True when the credential says how it wants to be tested. */
export function declaresTest(values: FieldValues): boolean {
  return setting(values, 'test_url') !== undefined;
}

/** The declared request, first without what is secret in it, which must be refused, then whole. */
export async function testOther(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = addressOf(values);
  const tls = tlsOf(values);
  const method = METHODS.find((known) => known === (setting(values, 'test_method') ?? 'GET'));
  if (method === undefined) throw ended('misconfigured', `test_method must be one of ${METHODS.join(', ')}.`);
  const lines = headerLines(values);
  if (!lines.some(({ secret }) => secret))
    throw ended(
      'misconfigured',
      'test_headers contains no secret, so the test would prove nothing; add a line such as Authorization: Bearer {api_key}.',
    );
  const send = (some: readonly HeaderLine[], by: TlsChoice) =>
    probe.send({
      method,
      url,
      tls: by,
      headers: Object.fromEntries(some.map(({ name, text }) => [name, text])),
    });
  // Nobody knows what it answers to strangers: anything but the expected answer is a refusal.
  const bare = await withoutCertificate(tls, (own) =>
    send(
      lines.filter(({ secret }) => !secret),
      own,
    ),
  );
  if (bare !== undefined && isExpected(values, bare)) return OPEN;
  const answer = await send(lines, tls);
  if (!isExpected(values, answer)) return refusal(answer);
  return {
    code: 'ok',
    advice: `${url.host} answered as expected (HTTP ${answer.status}), and only with the secret.`,
    identity: url.host,
  };
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The same request succeeds without the secret, so it proves nothing; declare a request that requires the secret.',
};

/** The whole address as it was declared, query included. */
function addressOf(values: FieldValues): URL {
  const text = setting(values, 'test_url') ?? '';
  baseUrl(text);
  const url = new URL(text);
  url.hash = '';
  return url;
}

interface HeaderLine {
  name: string;
  text: string;
  secret: boolean;
}

/** `Name: text with {field}`, a line each. A field that is missing ends the test. */
function headerLines(values: FieldValues): HeaderLine[] {
  const lines = (setting(values, 'test_headers') ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name = '', pattern = ''] = /^\s*([A-Za-z0-9-]{1,64})\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === '')
      throw ended('misconfigured', 'Each line of test_headers must be Name: value; correct it.');
    let secret = false;
    const text = pattern.replace(
      /\{(base64:)?([A-Za-z_]\w*(?::[A-Za-z_]\w*)*)\}/g,
      (_, coded: string | undefined, fields: string) => {
        const parts = fields.split(':').map((field) => {
          const value = optional(values, field);
          if (value === undefined)
            throw ended('misconfigured', `test_headers names ${field}, which the credential does not have.`);
          secret ||= Object.hasOwn(values.secrets, field);
          return value;
        });
        const joined = parts.join(':');
        return coded === undefined ? joined : Buffer.from(joined, 'utf8').toString('base64');
      },
    );
    return {
      name: name.toLowerCase(),
      text: text
        .split(' ')
        .map((word) => headerSafe(word, 'header'))
        .join(' '),
      secret,
    };
  });
}

function isExpected(values: FieldValues, { status }: OutboundAnswer): boolean {
  const declared = setting(values, 'test_status');
  return declared === undefined ? status >= 200 && status < 300 : String(status) === declared;
}

/** Undefined where nobody gets in without the certificate. */
function withoutCertificate(
  tls: TlsChoice,
  ask: (tls: TlsChoice) => Promise<OutboundAnswer>,
): Promise<OutboundAnswer | undefined> {
  return lockedByCertificate(tls.clientCertPem !== undefined, () => ask(withoutClientCertificate(tls)));
}

/** Nobody knows the form of its errors, but an API does not refuse with a web page or a redirect. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const page = /html/i.test(headerOf(answer, 'content-type')) || /^\s*<(!doctype|html)/i.test(answer.body);
    return [401, 403].includes(answer.status) && !page ? 'own' : undefined;
  },
};

const refusal = (answer: OutboundAnswer): TestVerdict =>
  verdict(answer, VOICE) ?? {
    code: 'not_this_service',
    advice: `The answer was HTTP ${answer.status}, not what test_status expects; correct the address or test_status.`,
  };
