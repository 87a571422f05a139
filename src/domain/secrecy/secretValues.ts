/** References and masks. */
const TEMPLATES = [/[{}<>]|\$\w|^\$|^%\w{1,64}%$/, /^[*x•.…_-]+$/i];
/** Words that say what belongs there, or something about it. */
const ABOUT =
  /^\W*(?:true|false|yes|no|none|null|on|off|required|optional|empty|hidden|redacted|masked|set|unset|default|disabled|enabled|password|secret|token|key|value|change[-_ ]?me|your[-_].*|see\b.*|ask\b.*|todo)\W*$/i;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Ids of accounts and workspaces: a UUID with a prefix, 32 hex digits. */
const OF_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|^[0-9a-f]{32}$/i;
/** Dates, versions, addresses of the network: digits and letters, made by people. */
const ORDINARY =
  /^(?:\d{1,4}(?:[-./:]\d{1,4}){1,6}(?:[T ]\S*)?|v?\d+(?:\.\d+)+\S{0,12}|(?:[a-z][a-z0-9-]*[./@])+[a-z0-9-]+(?::\d+)?(?:\/\S*)?)$/i;

/** True for a reference or a mask in the place of a secret. */
export const isTemplate = (value: string): boolean => TEMPLATES.some((pattern) => pattern.test(value.trim()));

/** True for what is written in the place of a secret and is none, in words too. */
export const isFiller = (value: string): boolean => isTemplate(value) || ABOUT.test(value.trim());

/** True for letters and digits in a mixture that people do not write: at least eight characters, and no known form of a name. */
export function looksRandom(value: string): boolean {
  const text = value.replace(/[.,!?)\]]+$/, '');
  if (text.length < 8 || isFiller(text) || UUID.test(text) || ORDINARY.test(text)) return false;
  return /\d/.test(text) && /[A-Za-z]/.test(text);
}

/** True for a word that only a generator makes: long, and changing between letters, capitals and digits all the time. */
export function isHighEntropy(word: string): boolean {
  if (word.length < 20 || OF_ID.test(word) || !/^[A-Za-z0-9_~=-]+$/.test(word)) return false;
  const kinds = [...word].map((c) =>
    /\d/.test(c) ? 'd' : /[a-z]/.test(c) ? 'l' : /[A-Z]/.test(c) ? 'u' : '-',
  );
  const changes = kinds.filter(
    (kind, index) => index > 0 && kind !== '-' && kinds[index - 1] !== '-' && kind !== kinds[index - 1],
  );
  return kinds.includes('d') && (kinds.includes('l') || kinds.includes('u')) && changes.length >= 6;
}
