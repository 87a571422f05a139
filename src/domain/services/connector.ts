import type { FieldValues } from '../credentials/fields.js';
import type { ServiceType } from '../credentials/serviceType.js';
import type { Template } from '../credentials/template.js';
import type { FieldProblem } from '../errors.js';
import type { NumberedNames } from '../imports/envFamily.js';
import type { Probe } from '../testing/outbound.js';
import type { TestVerdict } from '../testing/testResult.js';

/** What the broker knows of one external system. One file in `connectors/` exports one of these. */
export interface Connector {
  serviceType: ServiceType;
  template: Template;
  /** Fields that define where the secret is sent, and what a connection trusts. */
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
  /** What is wrong with values by the service's own rules, which a form can't express. Never contains a value. */
  rules?: (values: FieldValues) => FieldProblem[];
  /**
   * Proves the credential against the real service. Ends with a finding, `TestEnded` or an `OutboundFailure` of the
   * probe; never changes anything there, and closes what it opened.
   */
  test?: (values: FieldValues, probe: Probe) => Promise<TestVerdict>;
  /** Schemes that its addresses may have. Left out: http and https. */
  schemes?: readonly ('http' | 'https')[];
  /** Ports that are its own, though no other service is spoken to there (`domain/deniedPorts.ts`). */
  ports?: readonly number[];
  /**
   * True if a secret of this kind of credential itself defines what to trust (a kubeconfig), unless a TLS field does.
   */
  tlsInside?: (settings: Readonly<Record<string, string>>) => boolean;
  /** False where these values say nothing of how to test them. Left out: always testable. */
  testable?: (values: FieldValues) => boolean;
  /** How to make the credential on the service's side, and the least rights that the test needs there. */
  guide?: ServiceGuide;
}

/** What the page of all services says in addition to fields and test. Plain sentences. */
export interface ServiceGuide {
  /** Steps on the service's side. */
  create: readonly string[];
  /** The least rights there. */
  permissions: string;
  /** What the test calls and what that proves. */
  test: string;
}

/** True where the values say all that a test needs to begin. */
export function isTestable(connector: Connector, values: FieldValues): boolean {
  return connector.test !== undefined && connector.testable?.(values) !== false;
}
