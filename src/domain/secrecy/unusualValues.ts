import { codePoint } from '../text/plainText.js';
import { isPlaceholder } from './envValues.js';

/** Kinds of texts that stand where a secret belongs and are probably none; a caller can insist on each. */
export const UNUSUAL_KINDS = ['reference', 'placeholder', 'quotes', 'assignment', 'invisible'] as const;
export type UnusualKind = (typeof UNUSUAL_KINDS)[number];

export interface Unusual {
  kind: UnusualKind;
  /** What it is, as a message says it behind "is" or "holds". Nothing of the value but its form. */
  what: string;
}

/** `op`, `vault` … as schemes of addresses. */
const STORES =
  '(?:op|onepassword|1password|sm|ssm|gsm|asm|akv|kv|bws|bw|bitwarden|lpass|lastpass|pass|gopass|passbolt|keepass|keepassxc|keeper|keychain|keyring|protonpass|dashlane|conjur|akeyless|berglas|chamber|sops|teller|doppler|infisical|vault|hcvault|hashivault|openbao|bao|secretref|k8s|kubernetes-secret|aws-?sm|aws-?ssm|aws-?secrets?-?manager|secrets?-?manager|gcp-?sm|gcp-?secrets?(?:-?manager)?|google-?secret-?manager|az-?kv|azure-?key-?vault|azure-?kv|key-?vault)';

/** Whole values by which other tools find a secret, or that hold it encrypted for them. */
const REFERENCES: readonly RegExp[] = [
  new RegExp(`^${STORES}:\\/\\/\\/?[^/\\s].*$`, 'i'),
  // Without slashes: `bws:<uuid>`, `pass:folder/name`.
  new RegExp(
    `^${STORES}:(?:[\\w .@-]+\\/[\\w ./@-]+(?:[#:][\\w.-]+)*|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$`,
    'i',
  ),
  /^(?:>>)?vault:[^\s#]+#\S+$/i,
  /^vault:v\d+:[A-Za-z0-9+/=]{16,}$/,
  /^secretref:[\w.-]+$/i,
  /^(?:ref|secretref)\+[a-z0-9]+:\/\/\S+$/i,
  /^encrypted:[A-Za-z0-9+/=_-]{16,}$/i,
  /^ENC[[({].{3,}[\])}]$/s,
  /^\{\{.+\}\}$/s,
  /^\{%.+%\}$/s,
  /^<%=?.+%>$/s,
  /^\$\{\{.+\}\}$/s,
  /^\$\{[A-Za-z][\w.-]*:[^{}]+\}$/,
  /^\$\{[A-Za-z_][\w.]*\}$/,
  /^\$[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/,
  /^\$\((?:[a-z][\w.-]* ?.*|[A-Za-z_][\w.]*)\)$/,
  /^arn:aws[a-z-]*:(?:secretsmanager|ssm|kms):\S+$/i,
  /^@Microsoft\.(?:KeyVault|AppConfiguration)\(.*\)$/is,
  /^https:\/\/[\w-]+\.vault\.(?:azure\.(?:net|cn)|usgovcloudapi\.net)\/secrets\/\S+$/i,
  /^(?:\/\/secretmanager\.googleapis\.com\/)?projects\/[^/\s]+\/(?:locations\/[^/\s]+\/)?secrets\/[^/\s]+(?:\/versions\/[^/\s]+)?$/,
  /^!(?:Ref|Sub|GetAtt|ImportValue|vault|secret|encrypted|env_var)\b.*$/s,
  /^\$ANSIBLE_VAULT;[\d.]+;/,
  /^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)-----/,
];

/** Keys and tokens that documentation prints. */
const DOCUMENTED: readonly RegExp[] = [
  /EXAMPLE(?:KEY|TOKEN)?$/,
  /^sk_test_(?:4eC39HqLyjWDarjtT1zdp7dc|BQokikJOvBiI2HlWgH4olfQ2)$/,
  /^ghp_16C7e42F292c6912E7710c838347Ae178B4a$/,
  /^eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.eyJzdWIiOiIxMjM0NTY3ODkwI/,
];
/** Forms that only examples have. */
const EXAMPLES: readonly RegExp[] = [
  /^([0-9a-f])\1{7}-(?:\1{4}-){3}\1{12}$/i,
  /^12345678-1234-1234-(?:1234-)(?:1234567890|123456789)[0-9a-f]{2,3}$/i,
  // `sk-your-key`, `ghp_your_token_here`, `sk-ant-api03-your-key`.
  /^(?:[a-z0-9]{1,8}[-_]){0,3}(?:your|insert|enter|paste|put|add|replace)[-_][a-z][a-z_-]*$/i,
  // `sk-ant-xxxxxxxx`, `AKIAXXXXXXXXXXXXXXXX`, `xoxb-xxxx-xxxx`.
  /^(?:[A-Za-z]{2,8}[-_]?)?(?:[a-z0-9]{1,8}[-_]){0,3}(?:x{4,}|X{4,}|\*{4,}|•{4,})(?:[-_.]?(?:x{3,}|X{3,}|\*{3,}|•{3,}))*$/,
  // Shortened to be shown: `sk-ant-...abcd`, `ghp_****wxyz`.
  /^[A-Za-z0-9_-]{0,24}(?:\.{3,}|…|\*{3,}|•{3,})[A-Za-z0-9]{0,8}$/,
  /^\[[a-z][a-z _-]*\]$/i,
  /^\{[a-z][a-z _-]*\}$/i,
  /^__[A-Za-z0-9_]+__$/,
  /^%[A-Z][A-Z0-9_]*%$/,
  /^(?:placeholder|dummy|redacted|insert|example|none|null|undefined|n\/a|tbd)$/i,
];

const QUOTED =
  /^(?:"[^"\r\n]+"|'[^'\r\n]+'|`[^`\r\n]+`|“[^”\r\n]+”|‘[^’\r\n]+’|«[^»\r\n]+»|„[^“”\r\n]+[“”])$/;
const ASSIGNED =
  /^(?:(?:export|set|setx|\$env:)\s*)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\s*[=:]\s*["']?[^\s=]|^(?:api[_-]?key|access[_-]?key|token|secret|password|access[_-]?token|client[_-]?secret|secret[_-]?key)\s*[=:]\s*["']?[^\s=]/;
const HEADER = /^(?:Bearer|ApiKey)\s+[!-~]+$/i;

/** Characters without a picture, and blanks that are not the one of the keyboard. */
const INVISIBLE =
  /[\p{Cf}\u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]|\u034f|\u17b4|\u17b5|[^\P{Cc}\t\n\r]/u;
/** Zero-width joiners belong to emoji and to some scripts. */
const JOINED =
  /(?<=\p{L}|\p{M}|\p{Extended_Pictographic}|\ufe0f)[\u200c\u200d](?=\p{L}|\p{M}|\p{Extended_Pictographic})/gu;
const PLAIN_LETTERS = /[A-Za-z]/;

const NAMES: Readonly<Record<string, string>> = {
  'U+00A0': 'no-break space',
  'U+00AD': 'soft hyphen',
  'U+200B': 'zero-width space',
  'U+200C': 'zero-width non-joiner',
  'U+200D': 'zero-width joiner',
  'U+202F': 'narrow no-break space',
  'U+2060': 'word joiner',
  'U+3000': 'ideographic space',
  'U+FEFF': 'byte order mark',
};

/**
 * What is unusual about a text that should be a secret, or undefined. `free`: people chose it, so that it may look like
 * anything; only references and characters that nobody sees count. Linear in the length.
 */
export function unusualValue(text: string, { free }: { free: boolean }): Unusual | undefined {
  const hidden = invisible(text);
  if (hidden !== undefined) return { kind: 'invisible', what: hidden };
  const value = text.trim();
  if (value.length > 4096) return undefined;
  if (REFERENCES.some((pattern) => pattern.test(value)))
    return { kind: 'reference', what: 'a reference to another store or a variable, not the value itself' };
  if (free) return undefined;
  if (isDocumented(value)) return { kind: 'placeholder', what: 'a key from documentation' };
  if (isPlaceholder(value) || EXAMPLES.some((pattern) => pattern.test(value)))
    return { kind: 'placeholder', what: 'a placeholder' };
  if (QUOTED.test(value)) return { kind: 'quotes', what: 'a value with its quotes around it' };
  if (HEADER.test(value))
    return { kind: 'assignment', what: 'a header; the value is the part after the space' };
  if (!/[\r\n]/.test(value) && ASSIGNED.test(value))
    return { kind: 'assignment', what: 'a line NAME=value; the value is the part after the equals sign' };
  return undefined;
}

/** `an invisible character (U+200B zero-width space) at position 1`. */
function invisible(text: string): string | undefined {
  // Length and positions stay.
  const seen = text.replace(JOINED, (mark, at: number) =>
    PLAIN_LETTERS.test(text[at - 1] ?? '') && PLAIN_LETTERS.test(text[at + 1] ?? '') ? mark : 'x',
  );
  const at = seen.search(INVISIBLE);
  if (at === -1) return undefined;
  const code = codePoint(seen, at);
  const name = NAMES[code] === undefined ? code : `${code} ${NAMES[code]}`;
  return `an invisible character (${name}) at position ${[...seen.slice(0, at)].length + 1}`;
}

/** True for the name of a field that holds what a person chose. */
export const isFreePassword = (field: string): boolean =>
  /passw|passphrase|(^|_)(pass|pw|pwd)(_|$)/i.test(field);

/** True for a key that documentation prints. */
export const isDocumented = (value: string): boolean =>
  DOCUMENTED.some((pattern) => pattern.test(value.trim()));
