import { CliError, EXIT } from '../exitCodes.js';

/**
 * The text of a file or of stdin: UTF-8, strictly, without a byte order mark. A value in another encoding would be
 * stored damaged, so it is refused by the name of that encoding. Nothing of the text is ever in an error.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const encoding = otherEncoding(bytes);
  if (encoding !== undefined)
    throw new CliError(`${name} is not text in UTF-8, but ${encoding}`, EXIT.usage, 'Save it as UTF-8.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(
      `${name} is not text in UTF-8, but perhaps in Latin-1 or Windows-1252`,
      EXIT.usage,
      'Save it as UTF-8.',
    );
  }
}

/** A line end behind the last line belongs to the file, not to the value in it. */
export const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

/** What the first bytes say of another encoding; undefined where they say nothing. */
function otherEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  const starts = (...marks: number[]) => marks.every((mark, n) => bytes[n] === mark);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) return 'text in UTF-32';
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) return 'text in UTF-16';
  if (bytes.length >= 4 && ((b === 0 && d === 0 && a !== 0) || (a === 0 && c === 0 && b !== 0)))
    return 'text in UTF-16 without a byte order mark';
  return bytes.includes(0) ? 'binary data with NUL bytes' : undefined;
}
