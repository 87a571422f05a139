import { steeringCharacter } from '../text/plainText.js';
import { repairedPem } from '../text/wrappedText.js';
import type { FieldSpec } from './template.js';

/** Bytes that one value may have, as UTF-8: documents of many parts, and all else. */
const MAX_DOCUMENT_BYTES = 131_072;
const MAX_VALUE_BYTES = 16_384;

/** What pydantic, and so Glassdome, takes for a boolean; case does not count. */
const TRUE_WORDS: readonly string[] = ['true', '1', 'yes', 'on', 't', 'y'];
const FALSE_WORDS: readonly string[] = ['false', '0', 'no', 'off', 'f', 'n'];
const INTEGER = /^[+-]?\d{1,9}$/;
/** `scheme://user:password@…` */
const PASSWORD_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:[^/?#@\s]+@/i;

/** PEM of any kind: people paste certificate and key in one piece. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** The boolean that a text means, or undefined. */
export function booleanOf(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
}

/** The integer that a text means, or undefined. */
export function integerOf(text: string): number | undefined {
  return INTEGER.test(text.trim()) ? Number(text) : undefined;
}

export const holdsUrlPassword = (text: string): boolean => PASSWORD_IN_URL.test(text.trim());

const MINIFY = '; add --minify --context=… to kubectl config view, which leaves one context';

/** Fields into which whole files are pasted: kubeconfigs, key files, bundles of certificates. */
const isDocument = (spec: FieldSpec | undefined): boolean =>
  spec?.type === 'secret_text' || (spec?.type === 'multiline' && spec.name.endsWith('_pem'));

export const isSecretSpec = (spec: FieldSpec): boolean =>
  spec.type === 'password' || spec.type === 'secret_text';

/**
 * A text as it is stored when a person typed or pasted it: settings lose the blanks around them, booleans and integers
 * get one spelling, and a one-line secret loses the line end that `echo` or a paste put behind it.
 */
export function tidied(given: string, spec: FieldSpec | undefined, secret: boolean): string {
  const text = isDocument(spec) ? tidiedDocument(given, spec?.name ?? '') : given;
  if (secret) return /^[^\r\n]*\r?\n$/.test(text) ? text.replace(/\r?\n$/, '') : text;
  if (spec?.type === 'boolean') return String(booleanOf(text) ?? text);
  if (spec?.type === 'integer') return String(integerOf(text) ?? text.trim());
  return spec?.type === 'multiline' ? text : text.trim();
}

/** Without a byte order mark, and PEM with its lines. */
function tidiedDocument(text: string, name: string): string {
  return name.endsWith('_pem') ? repairedPem(text) : text.replace(/^\uFEFF/, '');
}

/** The rule that a value breaks, or undefined. Checks what all services have in common; never contains the value. */
export function brokenRule(text: string, spec: FieldSpec | undefined, secret: boolean): string | undefined {
  const most = isDocument(spec) ? MAX_DOCUMENT_BYTES : MAX_VALUE_BYTES;
  if (Buffer.byteLength(text) > most)
    return `must be at most ${most} bytes${spec?.name === 'kubeconfig' ? MINIFY : ''}`;
  if (text.includes('\0')) return 'must not contain a NUL character';
  if (secret) return undefined;
  const steering = steeringCharacter(text, 'lines');
  if (steering !== undefined) return `must not contain control characters, such as ${steering}`;
  if (PRIVATE_KEY.test(text)) return 'must not contain a private key; put it in a secret field';
  if (holdsUrlPassword(text)) return 'must not contain a password in a URL; put it in a separate field';
  return spec === undefined ? undefined : brokenSettingRule(text, spec);
}

function brokenSettingRule(text: string, spec: FieldSpec): string | undefined {
  if (spec.type === 'boolean') return booleanOf(text) === undefined ? 'must be true or false' : undefined;
  if (spec.type === 'integer') return brokenIntegerRule(text, spec);
  if (spec.type !== 'multiline' && /[\r\n]/.test(text)) return 'must be one line';
  if ((spec.strict || spec.name === 'auth_method') && !spec.options?.includes(text)) {
    return `must be one of ${spec.options?.join(', ')}`;
  }
  if (spec.name === 'host') return brokenHostRule(text);
  if (spec.name.endsWith('_url') && !/^https?:\/\/[^\s]+$/.test(text))
    return 'must be a URL that begins with https:// or http://';
  if (spec.name.endsWith('_url') && spec.name !== 'test_url' && /[?#]/.test(text))
    return 'must be only the address of the service, without a query ("?") or fragment ("#")';
  return undefined;
}

function brokenHostRule(text: string): string | undefined {
  if (/^(ssh|unix|npipe|fd):/i.test(text))
    return 'must be reachable over TCP with TLS; the broker does not support ssh://, unix:// or npipe://';
  if (/^http:\/\//i.test(text))
    return 'must be an https:// address, since the broker connects to this service only over TLS';
  if (/^https:\/\/[^/\s@]+\//i.test(text))
    return 'must be without a path, since the broker calls this service at "/" only; use an address that leads there';
  return /[\s/@]/.test(text)
    ? 'must be a host name or an address, without spaces, scheme or path'
    : undefined;
}

function brokenIntegerRule(text: string, spec: FieldSpec): string | undefined {
  const value = integerOf(text);
  if (value === undefined) return 'must be a whole number';
  return spec.name === 'port' && (value < 1 || value > 65_535) ? 'must be 1 to 65535' : undefined;
}
