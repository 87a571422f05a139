import type { VersionSource } from '../credentials/credential.js';
import type { FieldValues } from '../credentials/fields.js';
import { Secret } from '../secret.js';

/** What the last import brought, as the next one compares with it. No value is in it. */
export interface ImportMark {
  /** Field → version that holds what the file had. */
  fields: Record<string, number>;
  envNames: Record<string, string>;
}

/** Something that is another here than in the file, and stays so. */
export interface ImportDifference {
  /** A field, or `env_names.<variable>`. */
  field: string;
  /** Where the value here came from; `activation`: an older version was made the active one. */
  source: VersionSource | 'activation';
  /** Null where it is not known. */
  at: Date | null;
  by: string | null;
}

/** All fields with their values; settings too are wrapped. */
export type Side = ReadonlyMap<string, Secret>;

export const sideOf = ({ settings, secrets }: FieldValues): Side =>
  new Map([
    ...Object.entries(settings).map(([name, text]) => [name, new Secret(text)] as const),
    ...Object.entries(secrets),
  ]);

/** Names of fields of `file` that are not the same in `active`. */
export const differing = (file: Side, active: Side): string[] =>
  [...file].filter(([name, value]) => active.get(name)?.equals(value) !== true).map(([name]) => name);

/**
 * Which of the differing fields the file may set: new ones, and those that nobody changed here since the last import.
 * `base` is what the last import brought, undefined where that is not known.
 */
export function fieldsToTake(
  names: readonly string[],
  { active, base, mark }: { active: Side; base: Side; mark: ImportMark },
): string[] {
  return names.filter((name) => {
    const here = active.get(name);
    if (here === undefined) return mark.fields[name] === undefined;
    return base.get(name)?.equals(here) === true;
  });
}

interface Names {
  file: Readonly<Record<string, string>>;
  active: Readonly<Record<string, string>>;
  mark: Readonly<Record<string, string>>;
  /** The fields that the credential has afterwards. */
  fields: ReadonlySet<string>;
  overwrite: boolean;
}

/**
 * The variables afterwards, and those of the file that stay away because a person removed or moved them. A variable that
 * the file no longer has goes only where the file gives its field under another name.
 */
export function mergeNames({ file, active, mark, fields, overwrite }: Names) {
  const names: Record<string, string> = { ...active };
  const kept: string[] = [];
  for (const [variable, field] of Object.entries(file)) {
    if (active[variable] === field) continue;
    if (fields.has(field) && (overwrite || active[variable] === mark[variable])) names[variable] = field;
    else kept.push(variable);
  }
  const given = new Set(Object.values(file));
  for (const [variable, field] of Object.entries(mark)) {
    if (file[variable] === undefined && active[variable] === field && given.has(field))
      delete names[variable];
  }
  return { names, kept };
}
