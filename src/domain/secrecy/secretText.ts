import { urlSecret } from './secretAddress.js';
import { JWK_PRIVATE, KNOWN_KEYS, PRIVATE_KEYS } from './secretPatterns.js';
import { isFiller, looksRandom } from './secretValues.js';

/** Nothing in what may be shown of a certificate or a public key is secret, and its base64 looks like anything. */
const PUBLIC_PEM =
  /-----BEGIN (CERTIFICATE|TRUSTED CERTIFICATE|X509 CRL|PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE REQUEST|NEW CERTIFICATE REQUEST|PGP PUBLIC KEY BLOCK)-----[^-]*-----END \1-----/g;

const SECRET_NAME =
  '(?:[\\w.-]{0,40}[_.-])?(?:(?:pg)?password|pw|passwd|passwort|pwd|passphrase|secret|client[ _-]?secret|secret[ _-]?(?:access[ _-]?)?key|api[ _-]?key|access[ _-]?key|access[ _-]?token|auth[ _-]?token|account[ _-]?key|shared[ _-]?access[ _-]?(?:key|signature)|private[ _-]?key|token)';
/** `Password=…;` of a connection string, `password=…` of a DSN, `NAME=value`. */
const ASSIGNED = new RegExp(`(?<![A-Za-z0-9])${SECRET_NAME}["']?=["']?([^\\s;,"'&]{3,})`, 'gi');
/** The same with blanks or a colon, as people write it; only a value that looks made by a machine counts. */
const SAID = new RegExp(
  `(?<![A-Za-z0-9])${SECRET_NAME}["']?(?:\\s{0,3}[:=]\\s{0,3}|\\s{1,3}is\\s{1,3})["'\`]?([^\\s;,"'\`]{6,})`,
  'gi',
);
const IN_PARTS = new RegExp(
  `(?:^|;)\\s{0,9}(?:user\\s{0,3})?${SECRET_NAME}\\s{0,9}=\\s{0,9}([^;]{1,})`,
  'gi',
);
const HAS_PARTS =
  /(?:^|[;\s])\s{0,9}(?:server|data source|host|hostname|address|addr|endpoint|accountname|uid|user id|user|username|database|initial catalog|defaultendpointsprotocol|driver|dsn)\s{0,9}=/i;
const SCHEME =
  /(?<![A-Za-z0-9-])(?:Bearer|Token|ApiKey|GenieKey|Splunk|DPoP)\s{1,3}([A-Za-z0-9._~+/=-]{8,})/gi;
const BASIC = /(?<![A-Za-z0-9-])Basic\s{1,3}([A-Za-z0-9+/=_-]{8,})/gi;
const HEADER =
  /(?<![A-Za-z0-9-])(?:x-(?:[a-z]{1,20}-){0,3}(?:key|token|secret|auth)|private-token|api-key|apikey|(?:proxy-)?authorization|set-cookie|cookie)\s{0,3}:\s{0,3}([^\r\n]{6,512})/gi;
const AWS_ID = /(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])/;
const AWS_SECRET =
  /(?<![A-Za-z0-9/+=])(?=[A-Za-z0-9/+]{0,39}[a-z])(?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}\d)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/;

/**
 * What kind of secret a text holds, as a message names it (`a private key`), or undefined. For all that is stored or
 * shown in clear: settings, names, labels, descriptions, reasons. It knows forms that hardly stand for anything else:
 * what is let through is not proven to be harmless. Linear in the text's length.
 */
export function secretIn(text: string): string | undefined {
  if (text.length < 5) return undefined;
  const shown = text.replace(PUBLIC_PEM, ' ');
  return found(shown) ?? (/%[0-9a-f]{2}/i.test(shown) ? found(decoded(shown)) : undefined);
}

function found(text: string): string | undefined {
  if (PRIVATE_KEYS.some((pattern) => pattern.test(text)) || isPrivateJwk(text)) return 'a private key';
  const known = KNOWN_KEYS.find(({ pattern }) => pattern.test(text));
  if (known !== undefined) return known.what;
  return urlSecret(text) ?? header(text) ?? assigned(text) ?? awsPair(text);
}

const isPrivateJwk = (text: string) => text.includes('"kty"') && JWK_PRIVATE.test(text);

/** Percent-encoding undone as far as it is valid. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

const values = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].map(([, value]) => value ?? '');

function assigned(text: string): string | undefined {
  if (HAS_PARTS.test(text) && values(IN_PARTS, text).some((value) => !isFiller(value)))
    return 'a connection string with a password';
  if (values(ASSIGNED, text).some((value) => !isFiller(value))) return 'a password or token';
  return values(SAID, text).some((value) => looksRandom(value)) ? 'a password or token' : undefined;
}

function header(text: string): string | undefined {
  const basic = values(BASIC, text).some((value) =>
    /^[\x20-\x7e]+:/.test(Buffer.from(value, 'base64').toString('latin1')),
  );
  const bearer = values(SCHEME, text).some((value) => !isFiller(value) && /\d/.test(value));
  const whole = values(HEADER, text).some(
    (value) => !/[{}<>]/.test(value) && value.split(/[\s;]+/).some(looksRandom),
  );
  return basic || bearer || whole ? 'an authorization header' : undefined;
}

const awsPair = (text: string): string | undefined =>
  AWS_ID.test(text) && AWS_SECRET.test(text) ? 'an AWS secret access key' : undefined;
