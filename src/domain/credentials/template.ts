import type { ServiceType } from './serviceType.js';

/**
 * One field of a service's form, in the product owner's template shape. `password` and `secret_text` fields are
 * secrets; all others are settings, which lists and searches may show.
 */
export interface FieldSpec {
  name: string;
  type: 'text' | 'password' | 'select' | 'boolean' | 'integer' | 'multiline' | 'secret_text';
  label: string;
  default?: string;
  /** Suggestions, except for `auth_method`, where they are the only values. The first is the default of a select. */
  options?: string[];
  /** True where only the options are values. */
  strict?: boolean;
  /** `false` marks a field that may be omitted although it is among `required_fields`. */
  required?: boolean;
  help?: string;
}

/** A text that people paste in one piece and that holds several fields. */
export interface PasteForm {
  field: string;
  /** A regular expression; its groups are the fields of `into`, in order. A text that does not match stays whole. */
  pattern: string;
  into: string[];
  /** What a part is that the text leaves out but implies, such as the port of its scheme. */
  implied?: Record<string, string>;
  /** `{user}!{token_name}`: the field itself is kept too, and rewritten when its parts change. */
  joined?: string;
}

/** What no setting may contain, since it is a secret or next to one: settings are stored in clear. */
export interface SecretGuard {
  /** A regular expression; case does not count. */
  pattern: string;
  /** Left out: all settings. */
  fields?: string[];
  /** Sentence fragment: `must not …`. */
  rule: string;
}

/** The form of a service as `GET /api/credentials/templates/{service_type}` answers it. */
export interface Template {
  service_type: ServiceType;
  required_fields: FieldSpec[];
  /** Key: `<field>=<value>`; the fields that count while that field has that value. */
  conditional_fields?: Record<string, FieldSpec[]>;
  optional_fields?: FieldSpec[];
  title?: string;
  docs_url?: string;
  /** True for `other`: any field name is accepted, and the request says which are secret. */
  free_form?: boolean;
  /** Optional fields that together stand in for a required one. */
  alternatives?: Record<string, string[]>;
  paste_forms?: PasteForm[];
  secret_guards?: SecretGuard[];
}
