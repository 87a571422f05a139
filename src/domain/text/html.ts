/** Markup that is safe to put into a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
  toString(): string {
    return this.markup;
  }
}

type Part = string | number | Html | readonly Html[];

/**
 * A template of HTML: every text between its pieces is escaped, for the body of an element or a quoted attribute, unless
 * it is `Html` already.
 */
export function html(pieces: TemplateStringsArray, ...parts: Part[]): Html {
  const markup = pieces.reduce((text, piece, index) => text + markupOf(parts[index - 1] ?? '') + piece);
  return new Html(markup);
}

/** Markup that was not made by `html`. Never for a text that anybody can choose. */
export const raw = (markup: string): Html => new Html(markup);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map((one) => one.markup).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
