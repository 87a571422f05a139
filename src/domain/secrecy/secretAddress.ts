import { SECRET_ADDRESSES } from './secretPatterns.js';
import { isFiller, isHighEntropy, isTemplate } from './secretValues.js';

/** A URL anywhere in a text, to its first blank or quote. */
const URLS = /(?<![A-Za-z0-9+.-])([a-z][a-z0-9+.-]{1,20}):\/\/([^\s"'<>`]{1,4096})/gi;
/** Services that are asked by name and password inside their URL; there digits after the colon are no port before `/…@`. */
const WITH_PASSWORD =
  /^(?:postgres|mysql|mariadb|mongodb|redis|amqp|mssql|sqlserver|oracle|clickhouse|ldap|smtp|ftp|sftp)/i;
const WEB = /^(?:https?|wss?|git\+https?)$/i;
/** In a query or fragment always the secret itself. */
const SURE =
  /[?&#]((?:[\w.-]{0,40}[_-])?(?:token|secret|password|passwd|pwd|api[_-]?key|private[_-]?key|access[_-]?key|authorization|jwt|assertion)|x-amz-(?:signature|security-token)|x-goog-signature)=([^&#\s]{3,})/gi;
/** May be something else where the value is short. */
const LIKELY = /[?&#](?:key|sig|signature|sign|code|auth|sid|sas|session|ticket|s|t|k)=([^&#\s]{16,})/gi;
const NAMED_IN_PATH = /\/(?:tokens?|api[_-]?key|secret|password)s?\/([^/?#\s]{6,})/gi;
const HASH_BEFORE =
  /^(?:commit|commits|tree|blob|raw|sha|sha256|digest|compare|hash|projects?|subscriptions?|resourceGroups|objects?)$/i;

/** What secret a URL in a text holds, or undefined: a login, a token in its query or in its path. */
export function urlSecret(text: string): string | undefined {
  for (const [, scheme = '', rest = ''] of text.matchAll(URLS)) {
    if (holdsLogin(scheme, rest)) return 'a URL with a login';
    const [path = ''] = rest.split(/[?#]/);
    if (WEB.test(scheme) && secretPath(path)) return 'a token in a URL';
  }
  if (holdsToken(text)) return 'a token in a URL';
  return SECRET_ADDRESSES.find(({ pattern }) => pattern.test(text))?.what;
}

function holdsToken(text: string): boolean {
  const sure = [...text.matchAll(SURE)].some(([, , value = '']) => !isFiller(value));
  return sure || [...text.matchAll(LIKELY)].some(([, value = '']) => !isFiller(value) && /\d/.test(value));
}

function holdsLogin(scheme: string, rest: string): boolean {
  const authority = rest.split(/[/?#\\]/, 1)[0] ?? '';
  const at = authority.lastIndexOf('@');
  if (at > 0) {
    const [user = '', ...password] = authority.slice(0, at).split(':');
    if (password.length > 0) return !isTemplate(password.join(':'));
    // `ssh://git@host` and `postgres://app@host` name an account; to a web server the only word is a token.
    return (WEB.test(scheme) || isHighEntropy(user)) && !isTemplate(user);
  }
  // A password with a `/`, `?` or `#` that nobody encoded.
  const later = /^[^\s:@/?#]*:([^@]*[/?#\\][^@]*)@[^\s@/]/.exec(rest)?.[1];
  if (later === undefined || isTemplate(later)) return false;
  return !/^\d{1,5}[/?#]/.test(later) || WITH_PASSWORD.test(scheme);
}

/** A segment that a generator made, where no name before it says that it is a hash or an id. */
function secretPath(path: string): boolean {
  const segments = path.split('/').slice(1);
  const generated = segments.some(
    (word, index) => isHighEntropy(word) && !HASH_BEFORE.test(segments[index - 1] ?? ''),
  );
  return (
    generated ||
    [...`/${segments.join('/')}`.matchAll(NAMED_IN_PATH)].some(([, v = '']) => !isFiller(v) && /\d/.test(v))
  );
}
