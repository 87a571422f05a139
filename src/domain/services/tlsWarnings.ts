import { allFields } from '../credentials/templateFields.js';
import { impliedMode, TLS_MODES } from '../credentials/tlsRules.js';
import type { TlsChoice } from '../testing/outbound.js';
import type { TestWarning } from '../testing/testResult.js';
import type { Connector } from './connector.js';

const PLAIN: TestWarning = {
  code: 'plain_http',
  text: 'The secret is sent without TLS: anyone on the network path can read it.',
};
const INSECURE: TestWarning = {
  code: 'tls_insecure',
  text: 'The certificate is not verified: anyone on the network path can read the secret. Pin its fingerprint instead.',
};

/** What stays to be said of a connection as long as it is made that way. */
export function connectionWarnings(url: URL, tls: TlsChoice): TestWarning[] {
  if (url.protocol === 'http:') return [PLAIN];
  return tls.mode === 'insecure' ? [INSECURE] : [];
}

/** `none`: plain HTTP. `credential`: as a secret of it says itself, e.g. a kubeconfig. */
export const SHOWN_TLS_MODES = [...TLS_MODES, 'none', 'credential'] as const;

/** How the broker meets the host of a credential, as everybody who sees the credential may know. */
export interface TlsBadge {
  mode: (typeof SHOWN_TLS_MODES)[number];
  /** Stays for as long as the secret is not safe on its way. */
  warning: TestWarning | null;
}

/** Derived from the settings alone, tested or not. */
export function tlsBadge(connector: Connector, settings: Readonly<Record<string, string>>): TlsBadge {
  const of = (name: string) => (Object.hasOwn(settings, name) ? settings[name] : undefined);
  const addresses = allFields(connector.template)
    .map(({ name }) => name)
    .filter((name) => connector.destinationFields.includes(name));
  if (addresses.some((name) => /^http:/i.test(of(name) ?? ''))) return { mode: 'none', warning: PLAIN };
  const word = of('tls_mode') ?? impliedMode((name) => of(name) !== undefined);
  const mode = TLS_MODES.find((known) => known === word);
  if (mode === undefined && connector.tlsInside?.(settings) === true)
    return { mode: 'credential', warning: null };
  return { mode: mode ?? 'system', warning: mode === 'insecure' ? INSECURE : null };
}
