import type { Report } from '../client/contract.js';

type Section = Report['lists'][keyof Report['lists']];
type Line = NonNullable<Section>['lines'][number];

/** What is new in a list and what is gone, against another report or else against the last one of its schedule. */
export function compared(
  section: Section,
  other: Section | undefined,
): { isNew(line: Line): boolean; gone: readonly string[] } {
  if (section === undefined) return { isNew: () => false, gone: [] };
  if (other === undefined)
    return { isNew: (line) => line.new === true, gone: section.compared?.gone_names ?? [] };
  const before = new Set(other.lines.map(({ id }) => id));
  const now = new Set(section.lines.map(({ id }) => id));
  const gone = other.lines.filter(({ id }) => !now.has(id)).map(({ name }) => name);
  return { isNew: ({ id }) => !before.has(id), gone: [...new Set(gone)] };
}
