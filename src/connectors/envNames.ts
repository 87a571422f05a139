import { connectors } from './registry.js';

const ALIASES = new Map(connectors.flatMap((connector) => Object.entries(connector.envAliases)));

/**
 * The variable that a name means: Glassdome asks for secrets by lower-case keys (`proxmox_01_host`) and its files
 * have several spellings. Case does not count, as in Glassdome's own settings.
 */
export function canonicalEnvName(name: string): string {
  const upper = name.toUpperCase();
  return ALIASES.get(upper) ?? upper;
}
