import type { FieldProblem } from '../errors.js';

/** Which certificates the broker trusts when it calls a host. */
export const TLS_MODES = ['system', 'custom_ca', 'fingerprint', 'insecure'] as const;
type Mode = (typeof TLS_MODES)[number];

/** What a mode trusts is in a separate field, and in no other. */
const PINS: readonly { field: string; mode: Mode }[] = [
  { field: 'ca_cert_pem', mode: 'custom_ca' },
  { field: 'tls_fingerprint_sha256', mode: 'fingerprint' },
];

/** The mode that the fields at hand ask for, when none is named; undefined where none does, or each another. */
export function impliedMode(has: (field: string) => boolean): Mode | undefined {
  const asked = PINS.filter(({ field }) => has(field));
  return asked.length === 1 ? asked[0]?.mode : undefined;
}

/**
 * Fills in `tls_mode` from what is given, and drops what another mode trusted, unless the request names it: that is a
 * problem, since it would be ignored. Looks only where the request touches one of these fields.
 * @param given what the request names; null removes.
 */
export function settleTls(
  texts: Map<string, string>,
  given: ReadonlyMap<string, string | null>,
): FieldProblem[] {
  if (!['tls_mode', ...PINS.map(({ field }) => field)].some((field) => given.has(field))) return [];
  const names = (field: string) => typeof given.get(field) === 'string';
  if (!names('tls_mode')) {
    if (PINS.every(({ field }) => names(field))) return [BOTH];
    const mode = impliedMode(names) ?? texts.get('tls_mode') ?? impliedMode((field) => texts.has(field));
    if (mode !== undefined) texts.set('tls_mode', mode);
  }
  const mode = TLS_MODES.find((known) => known === texts.get('tls_mode'));
  if (mode === undefined) return [];
  const unused = PINS.filter((pin) => pin.mode !== mode && texts.has(pin.field));
  for (const { field } of unused) if (!names(field)) texts.delete(field);
  const missing = PINS.filter((pin) => pin.mode === mode && !texts.has(pin.field));
  return [
    ...unused
      .filter(({ field }) => names(field))
      .map((pin) => ({
        field: `fields.${pin.field}`,
        rule: `is not used while tls_mode is ${mode}; leave it out, or set tls_mode to ${pin.mode}`,
      })),
    ...missing.map(({ field }) => ({
      field: `fields.${field}`,
      rule: `is required while tls_mode is ${mode}`,
    })),
  ];
}

const BOTH: FieldProblem = {
  field: 'fields.tls_mode',
  rule: 'is required, because ca_cert_pem and tls_fingerprint_sha256 need different modes; send only one of the two',
};
