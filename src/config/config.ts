import { readFileSync } from 'node:fs';
import type { AttemptLimits } from '../domain/limits/loginAttempts.js';
import {
  type GlassdomeKeyProblem,
  glassdomeKeyProblem,
  MIN_KEY_BYTES,
} from '../domain/people/glassdomeKey.js';
import type { OidcIssuer } from '../domain/people/issuer.js';
import { parsedVariables } from './faults.js';
import { listOf } from './lists.js';
import { issuersIn } from './oidcIssuers.js';
import { problemsOf } from './rules.js';
import type { Variables } from './variables.js';

export type Config = Readonly<Variables> & {
  /** Glassdome's JWT keys; empty when its users' tokens are not accepted. */
  readonly glassdomeKeys: readonly string[];
  /** Issuers that people can log in with. */
  readonly oidcIssuers: readonly OidcIssuer[];
};

/** Something in the environment that the broker will not start with. The text names the variable and the rule. */
export class ConfigRefused extends Error {}

/**
 * The only reader of the process's environment. Rejects what is missing, weak or plain where it must not be.
 * `listens` is false for a command that serves nobody, and `worker` for one that does where `WORKER_PORT` is named.
 */
export function loadConfig(
  env: NodeJS.ProcessEnv = process.env,
  { listens = true }: { listens?: boolean | 'worker' } = {},
): Config {
  const { variables: config, faults } = parsedVariables(env);
  const listening = listens === 'worker' ? config.WORKER_PORT !== undefined : listens;
  // Follow-up errors of a variable that is invalid are not reported.
  const led = (line: string) => faults.some(({ name }) => line.includes(name));
  const { keys, problems } = jwtKeys(config.GLASSDOME_JWT_KEY_FILES);
  const oidc = issuersIn(config.OIDC_ISSUERS_FILE, (file) => readNamed('OIDC_ISSUERS_FILE', file));
  const together = [...problemsOf(env, config, listening), ...problems, ...oidc.problems].filter(
    (line) => !led(line),
  );
  const wrong = [...faults.map(({ text }) => text), ...together];
  if (wrong.length > 0) throw new ConfigRefused(wrong.join('\n'));
  return Object.freeze({ ...config, glassdomeKeys: keys, oidcIssuers: oidc.issuers });
}

/** A variable that the command at hand can't do without. */
export function required(config: Config, name: keyof Variables): string {
  requireAll(config, [name]);
  return String(config[name]);
}

/** Rejects with all that are missing of the variables that the command at hand can't do without. */
export function requireAll(config: Config, names: readonly (keyof Variables)[]): void {
  const missing = names.filter((name) => config[name] === undefined || config[name] === '');
  if (missing.length > 0) throw new ConfigRefused(missing.map((name) => `${name} must be set`).join('\n'));
}

/** The text of a file that a variable names; a file that can't be read is reported under the variable. */
export function readNamed(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigRefused(`${variable}: ${file} can't be read (${code})`);
  }
}

const KEY_RULES: Readonly<Record<GlassdomeKeyProblem, string>> = {
  published_default: "is the key published in Glassdome's source code; anyone can sign with it",
  too_short: `the key must be at least ${MIN_KEY_BYTES} characters`,
};

function jwtKeys(files: string | undefined): { keys: string[]; problems: string[] } {
  const problems: string[] = [];
  const keys = listOf(files).flatMap((file) => {
    try {
      const key = readNamed('GLASSDOME_JWT_KEY_FILES', file).trim();
      const problem = glassdomeKeyProblem(key);
      if (problem === undefined) return [key];
      problems.push(`GLASSDOME_JWT_KEY_FILES: ${KEY_RULES[problem]}`);
    } catch (error) {
      if (!(error instanceof ConfigRefused)) throw error;
      problems.push(error.message);
    }
    return [];
  });
  return { keys, problems };
}

/** How attempts to log in are bounded. */
export function attemptLimits(config: Config): AttemptLimits {
  return {
    perAccountAndAddress: config.LOGIN_FAILURES,
    perAccount: config.LOGIN_FAILURES_PER_ACCOUNT,
    perAddress: config.LOGIN_FAILURES_PER_ADDRESS,
  };
}
