/** Shorter ones are tried out in an afternoon. Characters. */
export const MIN_PASSWORD_LENGTH = 12;
/** What has to remain when the words that everybody tries first are taken away. */
const LEFT_OVER = { characters: 8, different: 5 };
/** A user name that is shorter is part of many a word. */
const SHORTEST_NAME = 3;

const WELL_KNOWN =
  /password|passwort|passwd|postgresql|postgres|glassdome|credential|broker|vault|change[-_ ]?(?:me|this|it)|secret|default|example|administrator|admin|root|letmein|welcome|qwertz|qwerty|iloveyou|your|test|please|production|development|openssl[-_ ]rand[-_ ]hex|0?123456789?0?|12345?|abc123|(?:19|20)\d\d|monkey|dragon|football|baseball|sunshine|princess|superman|batman|starwars|trustno1|master|hello|login|spring|summer|autumn|winter|january|february|april|august|september|october|november|december/g;

/** Letters that are commonly written as another character. */
const WRITTEN_AS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Adjacent keys and characters; each is also read backwards. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
];
const COLUMNS = ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm'];
const WALKS = [...ROWS, ...COLUMNS].flatMap((row) => [row, [...row].reverse().join('')]);
const SHORTEST_WALK = 3;

/** Why a password would be guessed, as the end of a sentence about it; undefined when it may do. */
export function weakPassword(password: string, user = ''): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH) return `has fewer than ${MIN_PASSWORD_LENGTH} characters`;
  const text = password.toLowerCase();
  const name = user.toLowerCase();
  if (name !== '' && text.replaceAll(name, '') === '') return 'is the same as its user name';
  const plain = text.replaceAll(/[013457@$!]/g, (letter) => WRITTEN_AS[letter] ?? letter);
  const enough = [text, plain, apart(text)].every((spelled) => isEnough(leftOf(spelled, name)));
  return enough ? undefined : 'is a common password';
}

/** Every second character, then the others: `a1b2c3` is two walks. */
const apart = (text: string) => [0, 1].flatMap((n) => [...text].filter((_, at) => at % 2 === n)).join('');

const isEnough = (left: string) =>
  left.length >= LEFT_OVER.characters && new Set(left).size >= LEFT_OVER.different;

/** Without well-known words, the user's name, walks over the keyboard and repetitions. */
function leftOf(text: string, name: string): string {
  const named = name.length < SHORTEST_NAME ? text : text.replaceAll(name, '');
  const letters = named.replaceAll(WELL_KNOWN, '').replaceAll(/[^\p{L}\p{N}]/gu, '');
  return withoutWalks(letters).replaceAll(/(.+?)\1+/g, '$1');
}

/** With the first character in place of each walk. */
function withoutWalks(text: string): string {
  let left = '';
  for (let at = 0; at < text.length; ) {
    left += text[at];
    at += Math.max(1, walkAt(text, at));
  }
  return left;
}

/** How many characters from `at` on are adjacent; 0 if there are too few. */
function walkAt(text: string, at: number): number {
  const lengthIn = (row: string) => {
    let length = 0;
    while (at + length < text.length && row.includes(text.slice(at, at + length + 1))) length += 1;
    return length;
  };
  const longest = Math.max(...WALKS.map(lengthIn));
  return longest >= SHORTEST_WALK ? longest : 0;
}
