import type { ServiceType } from '../credentials/serviceType.js';

/** How the variables of several instances of one kind are distinguished by an id in their names. */
export interface NumberedNames {
  /** What may stand for `<id>` in `names`, as the source of a regular expression. */
  id: string;
  /** The label that holds the id in an imported credential. */
  label: string;
  /** Field → names with `<id>`, the one that wins first. */
  names: Readonly<Record<string, readonly string[]>>;
  /** The instance whose variables may also stand without an id. */
  first?: string;
  /** Fields of `first` whose name with the id wins over the one without; for all others it loses. */
  overriding?: readonly string[];
  /** Field that is taken from `first` where an instance lacks it → the field the instance must have for that. */
  inherited?: Readonly<Record<string, string>>;
}

/** A field that no variable gives, made of another variable's value. */
export interface DerivedField {
  /** The variable whose value replaces `<value>`. */
  from: string;
  text: string;
}

/** The variables that belong to one kind of credential. */
export interface EnvFamily {
  /** Stable; begins the key of an import group. */
  key: string;
  /** Suggested name of an imported credential; the id of the instance follows it. */
  name: string;
  serviceType: ServiceType;
  /** Variable → field, for the instance without a number. */
  variables: Readonly<Record<string, string>>;
  /** Other spelling → variable of `variables`. It counts where the variable itself is not given. */
  aliases: Readonly<Record<string, string>>;
  secretFields: readonly string[];
  /** Fields without which it is no credential. Families with a template leave this to the template. */
  needs?: readonly string[];
  derived?: Readonly<Record<string, DerivedField>>;
  numbered?: NumberedNames;
}

/** What one variable means. */
export interface EnvMeaning {
  family: EnvFamily;
  /** Id of the instance, or null where the kind has only one. */
  instance: string | null;
  field: string;
  /** The spelling that Glassdome reads. */
  canonical: string;
  /** Among variables for the same field the lowest rank wins. */
  rank: number;
}

/** Finds the meaning of a variable's name; case does not count. */
export type EnvLexicon = (name: string) => EnvMeaning | undefined;

const ASCII_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Joins families to one look-up. Two families that claim the same name are a mistake in the tables: an error. */
export function envLexicon(families: readonly EnvFamily[]): EnvLexicon {
  const plain = new Map<string, EnvMeaning>();
  for (const family of families) {
    for (const [name, meaning] of plainNames(family)) {
      if (plain.has(name)) throw new Error(`two families claim the variable ${name}`);
      plain.set(name, meaning);
    }
  }
  const numbered = families.flatMap(numberedNames);
  // Letters of other alphabets may become Latin ones in upper case; no shell takes them in a name.
  return (name) =>
    ASCII_NAME.test(name) ? (plain.get(name.toUpperCase()) ?? firstMatch(numbered, name)) : undefined;
}

function* plainNames(family: EnvFamily): Generator<[string, EnvMeaning]> {
  const instance = family.numbered?.first ?? null;
  for (const [canonical, field] of Object.entries(family.variables)) {
    yield [canonical.toUpperCase(), { family, instance, field, canonical, rank: 1 }];
  }
  for (const [index, [alias, canonical]] of Object.entries(family.aliases).entries()) {
    const field = family.variables[canonical];
    if (field === undefined)
      throw new Error(`${alias} is another spelling of ${canonical}, which ${family.key} lacks`);
    yield [alias.toUpperCase(), { family, instance, field, canonical, rank: 3 + index }];
  }
}

interface NumberedName {
  pattern: RegExp;
  meaning: (id: string) => EnvMeaning;
}

function numberedNames(family: EnvFamily): NumberedName[] {
  const { numbered } = family;
  if (numbered === undefined) return [];
  return Object.entries(numbered.names).flatMap(([field, names]) =>
    names.map((name, index) => ({
      pattern: new RegExp(`^${name.replace('<id>', `(${numbered.id})`)}$`, 'i'),
      meaning: (id: string) => numberedMeaning(family, numbered, { field, id, index }),
    })),
  );
}

function numberedMeaning(
  family: EnvFamily,
  numbered: NumberedNames,
  { field, id, index }: { field: string; id: string; index: number },
): EnvMeaning {
  const unnumbered = Object.entries(family.variables).find(([, f]) => f === field)?.[0];
  if (id === numbered.first && unnumbered !== undefined) {
    const wins = index === 0 && numbered.overriding?.includes(field);
    return { family, instance: id, field, canonical: unnumbered, rank: wins ? 0 : 2 };
  }
  const canonical = (numbered.names[field]?.[0] ?? '').replace('<id>', id);
  return { family, instance: id, field, canonical, rank: index };
}

function firstMatch(numbered: readonly NumberedName[], name: string): EnvMeaning | undefined {
  for (const { pattern, meaning } of numbered) {
    const id = pattern.exec(name)?.[1];
    if (id !== undefined) return meaning(id);
  }
  return undefined;
}
