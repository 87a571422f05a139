/** Texts that example files put where a value belongs. Matched against the whole value. */
const PLACEHOLDERS: readonly RegExp[] = [
  /^your[-_ ].+$/i,
  /^<.*>$/s,
  /^change[-_ ]?me([-_ !].*)?$/i,
  /^change[-_ ]this([-_ ].*)?$/i,
  /^replace[-_ ](me|this|with)([-_ ].*)?$/i,
  /^x{3,}$/i,
  /^\*{3,}$/,
  /^(todo|fixme|\.{3})$/i,
];
/** `scheme://user:password@host`, also `scheme://:password@host`. */
const CONNECTION_STRING = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*:[^/?#\s]*@/i;
const SECRET_WORDS =
  /(^|[_.-])(api_?key|key|token|secret|passw(or)?d|passphrase|pass|pw|pwd|credentials?)([_.-]|\d|$)/i;

/** True for `your-key-here`, `change-me`, `<…>` and similar values: the value is not filled in yet. */
export const isPlaceholder = (value: string): boolean =>
  PLACEHOLDERS.some((pattern) => pattern.test(value.trim()));

/** True for a URL that holds a password. */
export const isConnectionString = (value: string): boolean => CONNECTION_STRING.test(value.trim());

/** True when a variable's name says that its value is secret. A guess, for variables that nobody knows. */
export const soundsSecret = (name: string): boolean => SECRET_WORDS.test(name);
