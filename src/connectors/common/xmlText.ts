const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The text of the first element of that local name, whatever its prefix; undefined when there is none. Enough for the
 * flat answers of the services at hand; nested elements show as they are.
 */
export function xmlText(xml: string, name: string): string | undefined {
  const opening = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^<>]*)?>`).exec(xml);
  if (opening === null) return undefined;
  const from = opening.index + opening[0].length;
  // From the first opening on, and once: to try each of many openings would take a hostile answer's length squared.
  const closing = new RegExp(`</(?:[\\w.-]+:)?${name}\\s*>`, 'g');
  closing.lastIndex = from;
  const end = closing.exec(xml);
  return end === null ? undefined : plainText(xml.slice(from, end.index));
}

function plainText(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, word) => {
    if (word !== undefined) return ENTITIES[word as string] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A text as it may stand inside an element or attribute. */
export function xmlEscaped(text: string): string {
  return text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
