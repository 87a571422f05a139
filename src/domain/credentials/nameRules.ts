import { codePoint } from '../text/plainText.js';

/** Characters that do not show, or show as a blank and are none. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cn}\u2800\ufffc\u{1d159}]|(?! )\p{Zs}/u;
/** Joiner and variation selector are part of emoji. */
const IN_EMOJI =
  /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)(?:\u200d|\ufe0f)|(?<=[#*0-9])\ufe0f(?=\u20e3)/gu;
const ALPHABETS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
] as const;
/** Letters of Cyrillic and Greek that look like Latin ones in most fonts. */
const LOOKS_LATIN = /^[АВЕЅІЈКМНОРСТУХҮԚԜабвгеѕіјҝклмнорстухүһԛԝӏӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχγѵ]+$/u;

/** The rule that a name breaks, or undefined. Two names that look alike must not be two names. */
export function brokenNameRule(name: string): string | undefined {
  if (name.trim() !== name || name === '') return 'must not begin or end with a space';
  const bare = name.replace(IN_EMOJI, '');
  const hidden = bare.search(INVISIBLE);
  if (hidden >= 0) return `must not contain invisible characters, such as ${codePoint(bare, hidden)}`;
  if (bare.normalize('NFKC') !== bare.normalize('NFC')) return compatibility(bare.normalize('NFC'));
  const mixed = words(bare).find((word) => alphabetsOf(word).length > 1);
  if (mixed !== undefined)
    return `must not mix ${alphabetsOf(mixed).join(' and ')} letters in one word; they look alike`;
  const letters = bare.replace(/[^\p{L}]/gu, '');
  return letters !== '' && LOOKS_LATIN.test(letters)
    ? 'must not consist of Cyrillic or Greek letters that all look like Latin ones; write it in Latin letters'
    : undefined;
}

function compatibility(name: string): string {
  const at = [...name].findIndex((letter) => letter.normalize('NFKC') !== letter.normalize('NFC'));
  const letter = [...name][Math.max(at, 0)] ?? '';
  return `must be written in ordinary characters: ${codePoint(letter, 0)} is a variant of another character, such as a full-width letter`;
}

const words = (name: string): string[] => name.split(/[^\p{L}\p{M}]+/u);
const alphabetsOf = (word: string): string[] =>
  ALPHABETS.filter(([, pattern]) => pattern.test(word)).map(([alphabet]) => alphabet);
