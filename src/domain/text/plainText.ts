/** Turn the direction in which text is shown, so that it reads otherwise than it is. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Control characters (C0 and C1) and the separators that break lines. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const CONTROL_BUT_LINES = /[^\P{Cc}\t\n\r]|[\p{Zl}\p{Zp}]/u;
/** Half a surrogate pair, or a character that no font has: nothing that anybody types. */
const TAGS = /[\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

/** The first character of a text that steers a terminal, a log or a page, as `U+202E`; undefined when there is none. */
export function steeringCharacter(text: string, kind: 'line' | 'lines'): string | undefined {
  const patterns = [kind === 'line' ? CONTROL : CONTROL_BUT_LINES, DIRECTION, TAGS];
  const at = patterns.map((pattern) => text.search(pattern)).filter((index) => index >= 0);
  return at.length === 0 ? undefined : codePoint(text, Math.min(...at));
}

/** `U+200B`: how a message names a character that does not show. */
export const codePoint = (text: string, index: number): string =>
  `U+${(text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
