import type { FieldProblem } from '../errors.js';
import type { NumberedNames } from '../imports/envFamily.js';
import type { Probe } from '../testing/outbound.js';
import type { Finding } from '../testing/testResult.js';
import type { FieldValues } from './fields.js';
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
  /** `false` marks a field that may be left out although it stands among `required_fields`. */
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
  /** `{user}!{token_name}`: the field itself is kept too, and written anew when its parts change. */
  joined?: string;
}

/** What no setting may hold, since a secret stands in it or beside it: settings rest in the open. */
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

/** What the broker knows of one external system. One file in `connectors/` exports one of these. */
export interface Connector {
  serviceType: ServiceType;
  template: Template;
  /** Fields that name the place where the secret is sent, and whom a connection trusts. */
  destinationFields: readonly string[];
  /**
   * Settings that decide nothing of where, how or under whose trust a secret is sent. Changing any other one without
   * the secret is a special right (`domain/destination.ts`), so a setting that is forgotten here is a destination.
   */
  steersNothing: readonly string[];
  /** Glassdome's environment variable → our field, for the unnumbered instance. */
  envNames: Readonly<Record<string, string>>;
  /** Other names under which a variable is asked for (lower-case secret keys, old spellings) → variable. */
  envAliases: Readonly<Record<string, string>>;
  /** How variables name further instances (`PROXMOX_02_HOST`). */
  numbered?: NumberedNames;
  /** What an imported credential is called; left out: the template's title. */
  shortName?: string;
  /** What is wrong with values by the service's own rules, which a form can't say. Never tells a value. */
  rules?: (values: FieldValues) => FieldProblem[];
  /**
   * Proves the credential against the real service. Ends with a finding, `TestEnded` or an `OutboundFailure` of the
   * probe; never changes anything there, and closes what it opened.
   */
  test?: (values: FieldValues, probe: Probe) => Promise<Finding>;
  /** Schemes that its addresses may have. Left out: http and https. */
  schemes?: readonly ('http' | 'https')[];
  /** Ports that are its own, though no other service is spoken to there (`domain/deniedPorts.ts`). */
  ports?: readonly number[];
  /** True where a secret of such a credential says itself whom to trust (a kubeconfig), unless a TLS field does. */
  tlsInside?: (settings: Readonly<Record<string, string>>) => boolean;
  /** False where these values say nothing of how to test them. Left out: always testable. */
  testable?: (values: FieldValues) => boolean;
  /** How to make the credential on the service's side, and the least rights that the test needs there. */
  guide?: ServiceGuide;
}

/** What the page of all services says beside fields and test. Plain sentences. */
export interface ServiceGuide {
  /** Steps on the service's side. */
  create: readonly string[];
  /** The least rights there. */
  permissions: string;
  /** What the test calls and what that proves. */
  test: string;
}
