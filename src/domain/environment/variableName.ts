import { secretIn } from '../secrecy/secretText.js';

/** As shells have it; of Glassdome's machines the host, with its dots and dashes, is part of the name. */
const NAME = /^(?:[A-Za-z_][A-Za-z0-9_]{0,127}|MACHINE_CRED_[A-Za-z0-9_.-]{1,100}_(?:USER|PASSWORD))$/i;

/** True for the name of a variable. All else before a `=` may be part of a secret, and is never repeated. */
export const isVariableName = (text: string): boolean => NAME.test(text) && secretIn(text) === undefined;
