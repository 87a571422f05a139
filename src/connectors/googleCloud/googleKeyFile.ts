import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ended, type TestEnded } from '../../domain/testing/testResult.js';
import { repairedPem, unwrapped } from '../../domain/text/wrappedText.js';
import { isObject } from '../common/probing.js';

/** Pinned: a key file that names another address would hand it a signed assertion. */
export const TOKEN_URI = 'https://oauth2.googleapis.com/token';
/** Addresses of Google's own that key files have named; the pinned one takes all their keys. */
const OWN_TOKEN_URI =
  /^https:\/\/(accounts\.google\.com|(www|oauth2|oauth2\.mtls)\.googleapis\.com)\/[\w/]*token$/;

export interface KeyFile {
  email: string;
  project: string;
  keyId: string;
  key: KeyObject;
}

/** A key file as Google gives it out; the test ends where it is none, or names another token address. */
export function keyFile(text: string): KeyFile {
  const file = parsed(text);
  const field = (name: string) => (typeof file[name] === 'string' ? file[name].trim() : '');
  if (field('type') !== 'service_account')
    throw wrong(
      'This is not the key file of a service account; download one as JSON and paste the complete file.',
    );
  if (field('token_uri') !== '' && !OWN_TOKEN_URI.test(field('token_uri')))
    throw wrong(
      'The token address in the key file is not Google’s, so nothing was sent; download the file again.',
    );
  if (!['', 'googleapis.com'].includes(field('universe_domain')))
    throw wrong(
      'The key file belongs to another cloud than Google’s public one (universe_domain), which the broker does not support.',
    );
  const [email, keyId] = [field('client_email'), field('private_key_id')];
  if (!/^[^@\s]{1,64}@[a-z0-9.-]+\.gserviceaccount\.com$/.test(email) || !/^[0-9a-f]{8,64}$/.test(keyId))
    throw wrong('client_email or private_key_id of the key file is damaged; paste the file again.');
  return { email, keyId, project: field('project_id'), key: privateKey(file['private_key']) };
}

/** JSON, also as editors and variables leave it: with a byte order mark, in base64, or with raw line ends in its texts. */
function parsed(text: string): Record<string, unknown> {
  const bare = unwrapped(text, (inside) => inside.startsWith('{'));
  for (const attempt of [bare, withEscapedLines(bare), unquoted(bare)]) {
    const file = objectIn(attempt);
    if (file !== undefined) return file;
  }
  throw wrong(`The key file is not JSON${whyNot(bare)}; paste the complete file, with its braces.`);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const file: unknown = JSON.parse(text);
    if (typeof file === 'string') return text.startsWith('"') ? objectIn(file) : undefined;
    return isObject(file) ? file : undefined;
  } catch {
    // The parser's message would quote the file.
    return undefined;
  }
}

/** Line ends inside of texts, as a `.env` in double quotes makes them of `\n`. */
const withEscapedLines = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (word) => word.replace(/\r\n|\r|\n/g, '\\n').replace(/\t/g, '\\t'));

/** `{\"type\": …}`: the text of a JSON text, or one in quotes of a shell. */
function unquoted(text: string): string {
  const bare = /^'([\s\S]*)'$/.exec(text)?.[1] ?? text;
  return /^\{\s*(\\[nrt]|\s)*\\"/.test(bare) ? `"${bare.replace(/\r\n|\r|\n/g, '\\n')}"` : bare;
}

function whyNot(text: string): string {
  if (/^[\w./\\:~-]+\.json$/.test(text)) return ' but the name of a file; its content is needed';
  if (!text.startsWith('{')) return ': it does not begin with a brace';
  return text.endsWith('}') ? ': a quote, comma or brace in it is missing' : ': its end is missing';
}

function privateKey(value: unknown): KeyObject {
  if (typeof value !== 'string' || value === '')
    throw wrong('The key file has no private_key; download a new one as JSON and paste the complete file.');
  try {
    const key = createPrivateKey(repairedPem(value));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // As above.
  }
  throw wrong('private_key of the key file is not an RSA key in PEM form; paste the file again.');
}

const wrong = (advice: string): TestEnded => ended('misconfigured', advice);
