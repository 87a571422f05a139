const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The text of the first element of that local name, whatever its prefix; undefined when there is none. Enough for the
 * flat answers of the services at hand; nested elements show as they are.
 */
export function xmlText(xml: string, name: string): string | undefined {
  const found = new RegExp(
    `<(?:[\\w.-]+:)?${name}(?:\\s[^<>]*)?>([\\s\\S]*?)</(?:[\\w.-]+:)?${name}\\s*>`,
  ).exec(xml);
  return found?.[1]?.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, word) => {
    if (word !== undefined) return ENTITIES[word as string] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A text as it may stand inside an element or attribute. */
export function xmlEscaped(text: string): string {
  return text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
