type MayBeMissing<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];

/** An object whose members are there or not, but never undefined. */
export type Given<T> = Omit<T, MayBeMissing<T>> & {
  [Key in MayBeMissing<T> & keyof T]?: Exclude<T[Key], undefined>;
};

/** The members that have a value: `{ a, ...given({ b }) }` in place of a spread on a condition. */
export function given<T extends object>(members: T): Given<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}
