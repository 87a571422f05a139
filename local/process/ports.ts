import type { Stores } from '../environment.js';
import { portOf, requireFreePort } from './child.js';

export interface Ports {
  broker: number;
  vault: number;
  postgres: number;
}

interface Claim {
  port: number;
  /** The variable that names it. */
  variable: string;
  what: string;
  host: string;
}

const LOOPBACK = '127.0.0.1';
const CLUSTER = "Vault's cluster port, which is the one after LOCAL_VAULT_PORT,";

/** The ports of the parts. Throws when a variable names none or two name the same, with all faults at once. */
export function readPorts(env: NodeJS.ProcessEnv, stores: Stores): Ports {
  const problems: string[] = [];
  const read = (variable: string, preset: number): number => {
    try {
      return portOf(env, variable, preset);
    } catch (error) {
      problems.push((error as Error).message);
      return 0;
    }
  };
  const ports = {
    broker: read('BROKER_PORT', 8400),
    vault: read('LOCAL_VAULT_PORT', 8401),
    postgres: read('LOCAL_POSTGRES_PORT', 8403),
  };
  const claims = claimsOf(ports, stores, env);
  if (claims.some(({ port }) => port > 65_535))
    problems.push(`LOCAL_VAULT_PORT must be at most 65534: the port after it is Vault's cluster port`);
  problems.push(...equalPorts(claims));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return ports;
}

/** Rejects when something else listens on one of the ports, before anything is started. */
export async function requireFreePorts(ports: Ports, stores: Stores, env: NodeJS.ProcessEnv): Promise<void> {
  for (const { port, variable, host } of claimsOf(ports, stores, env))
    await requireFreePort(port, variable, host);
}

function claimsOf(ports: Ports, stores: Stores, env: NodeJS.ProcessEnv): Claim[] {
  const { broker, vault, postgres } = ports;
  const claim = (port: number, variable: string, what = variable): Claim => ({
    port,
    variable,
    what,
    host: LOOPBACK,
  });
  return [
    { ...claim(broker, 'BROKER_PORT'), host: env['BROKER_HOST'] || LOOPBACK },
    ...(stores.foreignVault
      ? []
      : [
          claim(vault, 'LOCAL_VAULT_PORT'),
          ...(vault === 0 ? [] : [claim(vault + 1, 'LOCAL_VAULT_PORT', CLUSTER)]),
        ]),
    ...(stores.postgres === undefined ? [claim(postgres, 'LOCAL_POSTGRES_PORT')] : []),
  ].filter(({ port }) => port > 0);
}

function equalPorts(claims: readonly Claim[]): string[] {
  return claims.flatMap((one, index) =>
    claims
      .slice(index + 1)
      .filter(({ port }) => port === one.port)
      .map(({ what }) => `${one.what} and ${what} are both ${one.port}. Give each its own port.`),
  );
}
