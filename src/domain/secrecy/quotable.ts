import { secretIn } from './secretText.js';

/** Field names and variables, as people write them; and longer than most is nothing that a person typed as a name. */
const FIELD = /^(?:[a-z][a-z0-9_.-]{0,31}|[A-Z][A-Z0-9_]{0,47})$/;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._:@/-]{0,63}$/u;

/** True for a key of a request that an error may repeat: it looks like the name of a field and like no secret. */
export const isQuotableField = (key: string): boolean => FIELD.test(key) && secretIn(key) === undefined;

/** A path in a request as an error may repeat it. Keys that look like no name become `(a key)`. */
export const quotedPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' || isQuotableField(String(part)) ? String(part) : '(a key)'))
    .join('.');

/** `"red"`: a name out of a request as an error may repeat it, or words in its place. */
export const quotedName = (name: string): string =>
  NAME.test(name) && secretIn(name) === undefined ? `"${name}"` : 'a text that is not repeated here';
