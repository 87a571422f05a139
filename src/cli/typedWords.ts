import { secretIn } from '../domain/secrecy/secretText.js';

/** Flags whose values are secrets, whatever they look like. */
const SECRET_FLAG =
  /^--?(?!.*-(?:name|id|file|url|path|mode)$)[\w-]*(?:password|secret|token|key|passphrase)[\w-]*$/i;
const SHORTEST = 4;

/**
 * A message without the secrets that stand among the words of the command line: an error goes on into the logs of a CI,
 * which the command itself may never have reached.
 */
export function withoutTyped(message: string, argv: readonly string[]): string {
  const secrets = argv.flatMap((word, index) => {
    const [flag = '', ...rest] = word.split('=');
    const value = rest.join('=');
    const bare = word.replace(/^-+/, '');
    const isValue = SECRET_FLAG.test(argv[index - 1] ?? '') && !word.startsWith('-') && !word.startsWith('@');
    const ofFlag = SECRET_FLAG.test(flag) && value !== '' && !value.startsWith('@') ? [value] : [];
    const known = secretIn(bare) === undefined ? [] : [word.startsWith('-') && value !== '' ? value : bare];
    return [...ofFlag, ...(isValue ? [value === '' ? word : value] : []), ...known];
  });
  return [...new Set(secrets)]
    .filter((secret) => secret.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, '…'), message);
}
