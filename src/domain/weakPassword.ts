/** Shorter ones are tried out in an afternoon. Characters. */
export const MIN_PASSWORD_LENGTH = 12;
/** What has to remain when the words that everybody tries first are taken away. */
const LEFT_OVER = { characters: 8, different: 5 };

const WELL_KNOWN =
  /password|passwort|passwd|postgresql|postgres|glassdome|credential|broker|vault|change[-_ ]?(?:me|this|it)|secret|default|example|administrator|admin|root|letmein|welcome|qwertz|qwerty|iloveyou|your|test|please|production|development|openssl[-_ ]rand[-_ ]hex|0?123456789?0?|12345?|abc123|(?:19|20)\d\d/g;

/** Why a password would be guessed, as the end of a sentence about it; undefined when it may do. */
export function weakPassword(password: string, user = ''): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH) return `has fewer than ${MIN_PASSWORD_LENGTH} characters`;
  const text = password.toLowerCase();
  if (user !== '' && text.replaceAll(user.toLowerCase(), '') === '') return 'is the name of its user';
  const left = text.replaceAll(WELL_KNOWN, '').replaceAll(/[^\p{L}\p{N}]/gu, '');
  const enough = left.length >= LEFT_OVER.characters && new Set(left).size >= LEFT_OVER.different;
  return enough ? undefined : 'is made of words that are tried first';
}
