export interface Interpolated {
  value: string;
  /** Names that nothing knew and that had no default. */
  unresolved: string[];
}

interface Reference {
  /** Index of the `$`. */
  start: number;
  /** Index behind the `}`. */
  end: number;
  name: string;
  fallback: string | undefined;
}

/**
 * Replaces `${NAME}` and `${NAME:-default}`; `$NAME` stays, and nothing escapes. A name that is known as `null` gives
 * an empty text, default or not. `too_long` when more than `maxChars` characters would come out.
 */
export function interpolate(
  value: string,
  lookUp: (name: string) => string | null | undefined,
  maxChars: number,
): Interpolated | 'too_long' {
  const parts: string[] = [];
  const unresolved: string[] = [];
  let cursor = 0;
  let length = 0;
  const add = (part: string) => {
    length += part.length;
    if (length <= maxChars) parts.push(part);
  };
  for (const reference of references(value)) {
    add(value.slice(cursor, reference.start));
    const found = lookUp(reference.name);
    if (found === undefined && reference.fallback === undefined) unresolved.push(reference.name);
    add((found === undefined ? reference.fallback : found) ?? '');
    cursor = reference.end;
  }
  add(value.slice(cursor));
  return length > maxChars ? 'too_long' : { value: parts.join(''), unresolved: [...new Set(unresolved)] };
}

/** Every `${name}` and `${name:-default}`, left to right. Linear in the text's length, whatever is in it. */
function* references(value: string): Generator<Reference> {
  let close = -1;
  let colon = -1;
  let start = value.indexOf('${');
  while (start !== -1) {
    const inner = start + 2;
    if (close < inner) close = value.indexOf('}', inner);
    if (close === -1) return;
    if (colon < inner) colon = endIfAbsent(value, value.indexOf(':', inner));
    if (colon > close) yield { start, end: close + 1, name: value.slice(inner, close), fallback: undefined };
    else if (value[colon + 1] === '-') {
      const fallback = value.slice(colon + 2, close);
      yield { start, end: close + 1, name: value.slice(inner, colon), fallback };
    }
    const isReference = colon > close || value[colon + 1] === '-';
    start = value.indexOf('${', isReference ? close + 1 : inner);
  }
}

const endIfAbsent = (value: string, index: number): number => (index === -1 ? value.length : index);
