import type { FieldValues } from '../../domain/credentials/fields.js';
import { headerOf, type OutboundAnswer } from '../../domain/testing/outbound.js';
import { ended, type TestEnded, type TestVerdict } from '../../domain/testing/testResult.js';
import { MINUTE_MS } from '../../domain/time/units.js';

/** A field that is not secret; undefined when it was left out. */
export function setting(values: FieldValues, name: string): string | undefined {
  return Object.hasOwn(values.settings, name) ? values.settings[name] : undefined;
}

/** A field in the clear, secret or not, for the request that proves it; the test ends when it is missing. */
export function needed(values: FieldValues, name: string): string {
  const text = optional(values, name);
  if (text !== undefined) return text;
  throw ended('misconfigured', `The credential has no ${name}; add it.`);
}

/** As `needed`, for a field that may be left out. */
export function optional(values: FieldValues, name: string): string | undefined {
  return Object.hasOwn(values.secrets, name) ? values.secrets[name]?.reveal() : setting(values, name);
}

/**
 * The base address that a host field means: `pve01`, `pve01:8006`, `[fd00::1]` or a whole `https://…` URL, whose own
 * port wins over `port`. Always ends in `/`. The test ends with `misconfigured` for anything else.
 */
export function baseUrl(
  host: string,
  options: { scheme?: 'http' | 'https'; port?: string | undefined } = {},
): URL {
  const text = host.trim();
  const bare = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.%]*$/i.test(text) ? `[${text}]` : text;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(bare) ? bare : `${options.scheme ?? 'https'}://${bare}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '')
    throw ended(
      'misconfigured',
      'The address is not a host name, an IP address or an http(s) URL; correct it.',
    );
  if (url.port === '' && options.port !== undefined && !hasPort(whole)) url.port = options.port;
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The URL class drops the standard port of a scheme, so the text itself shows whether one was given. */
const hasPort = (url: string) => /^[a-z][a-z0-9+.-]*:\/\/(\[[^\]]*\]|[^/:?#]*):\d+/i.test(url);

/** The answer as a JSON object; anything else comes from another program. */
export function jsonObject(answer: OutboundAnswer, service: string): Record<string, unknown> {
  const parsed = maybeJson(answer);
  if (parsed !== undefined) return parsed;
  throw notThisService(service);
}

/** The answer as a JSON array. */
export function jsonList(answer: OutboundAnswer, service: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(answer.body);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // What is no JSON is no answer of this service.
  }
  throw notThisService(service);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a foreign object, as an object; empty when it is none. */
export function inner(value: unknown, name: string): Record<string, unknown> {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(member) ? member : {};
}

/** A text that goes into a header; the test ends when it can't. */
export function headerSafe(text: string, what: string): string {
  if (/^[!-~]+$/.test(text)) return text;
  throw ended(
    'misconfigured',
    `The ${what} contains characters that can’t be sent, such as a space; copy it again.`,
  );
}

/** The answer as a JSON object; undefined for what is none. */
export function maybeJson({ body }: OutboundAnswer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A sentence may begin with it. */
export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export function notThisService(service: string): TestEnded {
  return ended(
    'not_this_service',
    `The server at this address is not ${service}; check the address and the port.`,
  );
}

/**
 * What a status of the service itself means where it says nothing special; undefined for a 2xx. Who answered is decided
 * before, by the service's `Voice`.
 */
export function usualFinding(answer: OutboundAnswer, service: string): TestVerdict | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status === 403 || (status === 401 && saysNotAllowed(answer.body))) return notAllowed(service);
  if (status === 401)
    return {
      code: 'invalid_credential',
      advice: `${capital(service)} rejects this credential; create a new one there and store it.`,
    };
  if (status === 429) return rateLimited(answer, service);
  if (status >= 500)
    return {
      code: 'service_error',
      advice: `${capital(service)} failed (HTTP ${status}); check the service, then test again.`,
    };
  return notThisService(service).finding;
}

/** The service knows the credential, and the credential lacks a right. */
export function notAllowed(service: string): TestVerdict {
  return {
    code: 'insufficient_permission',
    advice: `${capital(service)} accepts this credential, but it lacks the permission that the test needs; extend its permissions there.`,
  };
}

const UNKNOWN =
  /\b(invalid|incorrect|wrong|bad|unknown|malformed|expired|revoked)\W+(\w+\W+){0,2}(keys?|tokens?|credentials?|passwords?|secrets?|signature)\b/i;
const LACKS =
  /\b(missing|insufficient|lacks?|lacking|needs?|requires?|without|not have|n['’]t have|additional|no)\W+(\w+\W+){0,4}(scopes?|permissions?|privileges?|rights?|roles?)\b|\b(missing|insufficient)_(scopes?|permissions?|privileges?)\b|permission (check failed|denied)|not (allowed|permitted) to\b/i;

/** True for words that a known credential lacks a right, which some services send with 401. */
export function saysNotAllowed(text: string): boolean {
  const said = text.slice(0, 4_000);
  return LACKS.test(said) && !UNKNOWN.test(said);
}

/** Come back later, when the service says so. */
export function rateLimited(answer: OutboundAnswer, service: string): TestVerdict {
  const seconds = retryAfter(answer);
  return {
    code: 'rate_limited',
    advice: `${capital(service)} limits the number of requests; test again later.`,
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
}

/** Seconds of `Retry-After`, at most a day; dates are not read. */
function retryAfter(answer: OutboundAnswer): number | undefined {
  const text = headerOf(answer, 'retry-after').trim();
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), 86_400) : undefined;
}

const SKEW_MS = 5 * MINUTE_MS;

/** True when the service's clock and ours are so far apart that signatures fail for that alone. */
export function clocksDiffer(answer: OutboundAnswer, now: Date): boolean {
  const theirs = Date.parse(headerOf(answer, 'date'));
  return !Number.isNaN(theirs) && Math.abs(theirs - now.getTime()) > SKEW_MS;
}
