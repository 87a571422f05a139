import type { FieldValues } from '../../domain/credentials/fields.js';
import { Secret } from '../../domain/secret.js';
import type { OutboundAnswer, OutboundRequest } from '../../domain/testing/outbound.js';
import type { TestVerdict } from '../../domain/testing/testResult.js';

/** Anything shorter may be a word of the answer itself. */
const SHORTEST_ECHO = 8;

/** Headers that prove who we are, by their names; others do when a secret is in them. */
const PROVING_HEADER = /auth|token|key|cookie|secret|session|ticket|passw|signature/i;
const PROVING_FIELD = /secret|passw|assertion|token/i;

/**
 * A host that has received a secret may return it to us, in its name or version: that goes no further than here.
 * Known are the credential's secrets and everything else that was sent as proof: whole headers and the part after
 * their scheme, tokens and tickets received on the way, signed assertions.
 */
export class EchoGuard {
  #known: Secret[];

  constructor({ secrets }: FieldValues) {
    this.#known = longestFirst(Object.values(secrets));
  }

  /** From now on the host knows what is in this request. True where something in it proves us. */
  sent({ headers = {}, body = '' }: OutboundRequest): boolean {
    const heard = Object.entries(headers).flatMap(([name, text]) =>
      PROVING_HEADER.test(name) || this.#clean(text) !== text ? provingParts(name.toLowerCase(), text) : [],
    );
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const form = isForm ? [...new URLSearchParams(body)].filter(([name]) => PROVING_FIELD.test(name)) : [];
    const parts = [...heard, ...form.map(([, text]) => text)].map((text) => new Secret(text));
    const unknown = parts.filter((part) => !this.#known.some((known) => known.equals(part)));
    this.#known = longestFirst([...this.#known, ...unknown]);
    return parts.length > 0;
  }

  /** The answer as a connector may read it. Cookies stay whole: they are only ever sent back. */
  answer(answer: OutboundAnswer): OutboundAnswer {
    const clean = (text: string) => this.#clean(text, SHORTEST_ECHO);
    const headers = Object.entries(answer.headers).map(
      ([name, texts]) => [name, name === 'set-cookie' ? texts : texts.map(clean)] as const,
    );
    return {
      ...answer,
      statusText: clean(answer.statusText),
      headers: Object.fromEntries(headers),
      body: clean(answer.body),
    };
  }

  /** The parts of a test that are shown, also without short secrets and what only decoding reveals. */
  finding(finding: TestVerdict): TestVerdict {
    const clean = (text: string) => this.#clean(text);
    const { advice, identity, version, permissions, models, warnings, certificate } = finding;
    return {
      ...finding,
      advice: clean(advice),
      ...(identity !== undefined && { identity: clean(identity) }),
      ...(version !== undefined && { version: clean(version) }),
      ...(permissions !== undefined && { permissions: permissions.map(clean) }),
      ...(models !== undefined && { models: models.map(clean) }),
      ...(warnings !== undefined && {
        warnings: warnings.map(({ code, text }) => ({ code, text: clean(text) })),
      }),
      ...(certificate !== undefined && {
        certificate: {
          ...certificate,
          subject: clean(certificate.subject),
          issuer: clean(certificate.issuer),
        },
      }),
    };
  }

  #clean(text: string, shortest?: number): string {
    return this.#known.reduce((before, secret) => secret.maskedIn(before, shortest), text);
  }
}

/** A part is masked after the whole, so that no neighbour of it is left over. */
const longestFirst = (secrets: readonly Secret[]) =>
  [...secrets].sort((a, b) => b.sizeInBytes() - a.sizeInBytes());

/** A header's value, and the part of it that is a proof on its own. */
function provingParts(name: string, value: string): string[] {
  if (name === 'cookie') return [value, ...value.split(/;\s*/).flatMap(cookieParts)];
  const [, scheme = '', rest] = /^(\S+)\s+(.+)$/s.exec(value) ?? [];
  if (rest === undefined) return [value];
  const [, signature] = /\bSignature=(\w+)/.exec(rest) ?? [];
  const basic = /^basic$/i.test(scheme) ? pairParts(rest) : [];
  return [value, rest, ...basic, ...(signature === undefined ? [] : [signature])];
}

function cookieParts(cookie: string): string[] {
  const value = cookie.slice(cookie.indexOf('=') + 1);
  try {
    return [value, decodeURIComponent(value)];
  } catch {
    return [value];
  }
}

/** `user:password` and the password; the user is what we are called there. */
function pairParts(coded: string): string[] {
  const pair = Buffer.from(coded, 'base64').toString('utf8');
  return [pair, pair.slice(pair.indexOf(':') + 1)];
}
